import type { ApiError } from '@cityos/contract'
import { Address } from '../core/customer/contract.ts'
import type { FieldErrors } from './components/fields.tsx'
import { refusedFields } from './failure-text.ts'
import { callingCode, type Form, phoneNumber } from './form.ts'
import { isMessageKey } from './i18n/messages.ts'
import type { Visit } from './visit.ts'

export const addressFields = [
  'name',
  'phone',
  'line1',
  'line2',
  'district',
  'city',
  'region',
  'postal_code',
  'national_address',
  'country',
] as const
export type AddressField = (typeof addressFields)[number]

/** What an address form shows: as typed, also when it was refused. */
export type AddressValues = Partial<Record<AddressField, string>>

export function addressValues(address: Address | null | undefined): AddressValues {
  return Object.fromEntries(addressFields.map((name) => [name, address?.[name] ?? '']))
}

/** The typed address as the API takes it, or the errors to show beside the fields. */
export function readAddress(visit: Visit, form: Form): { address: Address | null; values: AddressValues; errors: FieldErrors } {
  const values: AddressValues = Object.fromEntries(addressFields.map((name) => [name, form.text(name)]))
  const typed = {
    ...Object.fromEntries(addressFields.map((name) => [name, form.optional(name)])),
    name: form.text('name'),
    line1: form.text('line1'),
    city: form.text('city'),
    country: form.text('country') || visit.tenant.country,
    phone: phoneNumber(form.text('phone'), callingCode(visit.tenant.country)),
    national_address: form.text('national_address').replace(/\s/g, '').toUpperCase() || null,
  }
  const parsed = Address.safeParse(typed)
  if (parsed.success) return { address: parsed.data, values, errors: {} }
  return { address: null, values, errors: fieldErrors(visit, new Set(parsed.error.issues.map((issue) => String(issue.path[0])))) }
}

/** Words for refused fields: `invalid.<field>`, each saying what to enter. */
export function fieldErrors(visit: Visit, fields: ReadonlySet<string>): FieldErrors {
  const errors: FieldErrors = {}
  for (const field of fields) {
    const name = field.split('.').at(-1) ?? field
    const key = `invalid.${name}`
    errors[isMessageKey(key) ? name : 'form'] = isMessageKey(key)
      ? visit.t(key, { code: callingCode(visit.tenant.country) })
      : visit.t('refused.invalid_request')
  }
  return errors
}

/** Errors of a refused call: at the fields it names, else on the form. */
export function errorsOf(visit: Visit, error: ApiError, words: string): FieldErrors {
  const named = error.code === 'invalid_request' ? fieldErrors(visit, refusedFields(error)) : {}
  return Object.keys(named).length > 0 ? named : { form: words }
}
