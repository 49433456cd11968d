import { DomainError } from '@cityos/contract'
import { type CustomerAddress, createMyAddress, deleteMyAddress, listMyAddresses, updateMyAddress } from '../../core/customer/contract.ts'
import { type AddressValues, addressValues, errorsOf, readAddress } from '../address-form.ts'
import { AccountPage } from '../components/account-page.tsx'
import { AddressFields } from '../components/address-fields.tsx'
import { ErrorSummary, Field, type FieldErrors } from '../components/fields.tsx'
import { Icon } from '../components/icon.tsx'
import { EmptyState } from '../components/layout.tsx'
import { AddressBlock } from '../components/order-parts.tsx'
import { failureText } from '../failure-text.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

const all = { limit: 20 }

export async function addresses(visit: Visit): Promise<Answer> {
  const { t } = visit
  const list = await visit.call(listMyAddresses, { query: all })
  return page(
    t('account.addresses'),
    <AccountPage visit={visit} title={t('account.addresses')} here="/account/addresses">
      {list.items.length === 0 && <EmptyState icon="pin" title={t('addresses.none_title')} text={t('addresses.none_text')} />}
      <ul className="mb-5 grid gap-3 sm:grid-cols-2">
        {list.items.map((address) => (
          <li key={address.id} className="card flex flex-col gap-3 p-5">
            <p className="flex flex-wrap items-center gap-2 font-semibold">
              {address.label}
              {address.is_default_shipping && <span className="badge">{t('addresses.default')}</span>}
            </p>
            <AddressBlock address={address} />
            {address.outside_city && (
              <p className="flex gap-2 text-sm text-warn">
                <Icon name="info" size={18} />
                {t('addresses.outside')}
              </p>
            )}
            <div className="mt-auto flex gap-2">
              <a className="button" href={visit.href(`/account/addresses/${address.id}`)}>
                {t('action.change')}
              </a>
              <form method="post" action={visit.href(`/account/addresses/${address.id}/remove`)}>
                <button type="submit" className="button" data-plain="">
                  {t('cart.remove')}
                </button>
              </form>
            </div>
          </li>
        ))}
      </ul>
      <a className="button" data-primary="" href={visit.href('/account/addresses/new')}>
        <Icon name="plus" />
        {t('addresses.add')}
      </a>
    </AccountPage>,
    { noIndex: true },
  )
}

interface Shown {
  values: AddressValues
  label: string
  isDefault: boolean
  errors: FieldErrors
  status: number
}

function addressForm(visit: Visit, shown: Shown): Answer {
  const { t } = visit
  const title = t(visit.path.endsWith('/new') ? 'addresses.add' : 'addresses.change')
  return page(
    title,
    <AccountPage visit={visit} title={title} here="/account/addresses">
      <ErrorSummary visit={visit} errors={shown.errors} />
      <form method="post" action={visit.href(visit.path)} noValidate className="grid max-w-2xl gap-4">
        <Field
          visit={visit}
          name="label"
          label={t('addresses.label')}
          hint={t('addresses.label_hint')}
          value={shown.label}
          errors={shown.errors}
          required={false}
          maxLength={60}
        />
        <AddressFields visit={visit} values={shown.values} errors={shown.errors} />
        <label className="flex min-h-11 items-center gap-3">
          <input type="checkbox" name="is_default_shipping" value="true" defaultChecked={shown.isDefault} />
          {t('addresses.make_default')}
        </label>
        <div className="flex gap-3">
          <button type="submit" className="button" data-primary="">
            {t('action.save')}
          </button>
          <a className="button" href={visit.href('/account/addresses')}>
            {t('action.cancel')}
          </a>
        </div>
      </form>
    </AccountPage>,
    { noIndex: true, status: shown.status },
  )
}

async function find(visit: Visit): Promise<CustomerAddress | null> {
  if (visit.path.endsWith('/new')) return null
  const list = await visit.call(listMyAddresses, { query: all })
  const found = list.items.find((address) => address.id === visit.param('id'))
  if (!found) throw new DomainError('not_found')
  return found
}

export async function editAddress(visit: Visit): Promise<Answer> {
  const address = await find(visit)
  return addressForm(visit, {
    values: addressValues(address),
    label: address?.label ?? '',
    isDefault: address?.is_default_shipping ?? false,
    errors: {},
    status: 200,
  })
}

export async function saveAddress(visit: Visit): Promise<Answer> {
  const { form } = visit
  const { address, values, errors } = readAddress(visit, form)
  const label = form.optional('label')
  const is_default_shipping = form.checked('is_default_shipping')
  const shown = { values, label: label ?? '', isDefault: is_default_shipping }
  if (!address) return addressForm(visit, { ...shown, errors, status: 422 })
  const body = { ...address, label, is_default_shipping }
  const saved = await attempt(
    visit.path.endsWith('/new')
      ? visit.call(createMyAddress, { body })
      : visit.call(updateMyAddress, { params: { id: visit.param('id') }, body }),
  )
  if (!saved.ok)
    return addressForm(visit, {
      ...shown,
      errors: errorsOf(visit, saved.error, failureText(visit, saved.error)),
      status: saved.error.status,
    })
  visit.notify('address_saved')
  return seeOther(visit.href('/account/addresses'))
}

export async function removeAddress(visit: Visit): Promise<Answer> {
  const removed = await attempt(visit.call(deleteMyAddress, { params: { id: visit.param('id') } }))
  if (removed.ok) visit.notify('address_removed')
  else if (removed.error.status !== 404) throw removed.error
  return seeOther(visit.href('/account/addresses'))
}
