import type { AddressValues } from '../address-form.ts'
import { callingCode } from '../form.ts'
import type { Visit } from '../visit.ts'
import { Field, type FieldErrors } from './fields.tsx'

/** Fields of a postal address with autofill tokens. @param section autofill section: `shipping` */
export function AddressFields({
  visit,
  values,
  errors,
  section,
}: {
  visit: Visit
  values: AddressValues
  errors: FieldErrors
  section?: 'shipping'
}) {
  const { t } = visit
  const token = (name: string) => (section ? `${section} ${name}` : name)
  const country = values.country || visit.tenant.country
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        visit={visit}
        name="name"
        label={t('field.name')}
        value={values.name}
        errors={errors}
        autoComplete={token('name')}
        maxLength={120}
        className="sm:col-span-2"
      />
      <Field
        visit={visit}
        name="phone"
        label={t('field.phone')}
        hint={t('field.phone_hint', { code: callingCode(visit.tenant.country) })}
        value={values.phone}
        errors={errors}
        type="tel"
        inputMode="tel"
        direction="ltr"
        autoComplete={token('tel')}
        maxLength={24}
        className="sm:col-span-2"
      />
      <Field
        visit={visit}
        name="line1"
        label={t('field.line1')}
        value={values.line1}
        errors={errors}
        autoComplete={token('address-line1')}
        className="sm:col-span-2"
      />
      <Field
        visit={visit}
        name="line2"
        label={t('field.line2')}
        value={values.line2}
        errors={errors}
        autoComplete={token('address-line2')}
        required={false}
        className="sm:col-span-2"
      />
      <Field
        visit={visit}
        name="district"
        label={t('field.district')}
        value={values.district}
        errors={errors}
        autoComplete={token('address-level3')}
        required={false}
        maxLength={120}
      />
      <Field
        visit={visit}
        name="city"
        label={t('field.city')}
        value={values.city}
        errors={errors}
        autoComplete={token('address-level2')}
        maxLength={120}
      />
      <Field
        visit={visit}
        name="postal_code"
        label={t('field.postal_code')}
        value={values.postal_code}
        errors={errors}
        autoComplete={token('postal-code')}
        inputMode="numeric"
        direction="ltr"
        required={false}
        maxLength={12}
      />
      <Field
        visit={visit}
        name="national_address"
        label={t('field.national_address')}
        hint={t('field.national_address_hint')}
        value={values.national_address}
        errors={errors}
        direction="ltr"
        required={false}
        maxLength={10}
      />
      <input type="hidden" name="country" value={country} />
      <input type="hidden" name="region" value={values.region ?? ''} />
    </div>
  )
}
