import { ApiError } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeySources } from '../../platform/auth/key-sources.ts'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { seedId } from '../../seed/rows.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../testing/plane.ts'
import { adminListProducts, listProducts, search } from '../catalogue/contract.ts'
import { getTheme } from '../theme/contract.ts'
import {
  adminCreateVendor,
  adminCreateVendorUser,
  adminListVendors,
  adminListVendorUsers,
  adminReinstateVendor,
  adminRestrictVendor,
  adminReviewVendor,
  adminSuspendVendor,
  adminUpdateVendorUser,
  getVendor,
  listVendors,
  vendorGetProfile,
  vendorPause,
  vendorResume,
  vendorUpdateProfile,
} from '../vendor/contract.ts'
import {
  adminCreatePublishableKey,
  adminCreateStore,
  adminGetSettings,
  adminGetStore,
  adminListStores,
  adminMaintainStore,
  adminPublishPolicy,
  adminPublishStore,
  adminRevokePublishableKey,
  adminRotatePublishableKey,
  adminUpdateSettings,
  adminUpdateStore,
  getCurrentStore,
  getNavigation,
  getPolicy,
  getTenant,
} from './contract.ts'

const staff = { actor: admin }
let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
})
afterAll(async () => {
  await plane?.stop()
})

const storeInput = { handle: 'kiosk', name: { en: 'Kiosk' }, currencies: ['SAR'], default_currency: 'SAR', locales: ['en' as const] }

describe('the store of shoppers', () => {
  it('speaks their language', async () => {
    const arabic = { locale: 'ar' } as const
    expect((await plane.call(getTenant, {}, arabic)).name).toBe('اختبار')
    expect((await plane.call(getNavigation, {}, arabic)).header[0]!.label).toBe('الأزياء')
    expect((await plane.call(getPolicy, { params: { kind: 'returns' } }, arabic)).title).toBe('الاسترجاع واسترداد المبالغ')
    expect((await plane.call(getTheme)).brand).toBe('#0f766e')
    expect((await plane.call(getCurrentStore)).policies).toHaveLength(4)
  })

  it('in maintenance: 503 with Retry-After for shoppers, 200 for staff', async () => {
    const [store] = (await plane.call(adminListStores, {}, staff)).items
    await plane.call(adminMaintainStore, { params: { id: store!.id } }, staff)
    await expect(plane.call(getCurrentStore)).rejects.toMatchObject({ status: 503, code: 'store_maintenance' })
    await expect(plane.call(listProducts)).rejects.toMatchObject({ status: 503 })
    expect((await plane.call(adminListProducts, {}, staff)).total).toBeGreaterThan(0)
    expect((await plane.call(adminGetStore, { params: { id: store!.id } }, staff)).actions).toEqual(['publish', 'archive'])
    await plane.call(adminPublishStore, { params: { id: store!.id } }, staff)
    expect((await plane.call(getCurrentStore)).status).toBe('live')
  })
})

describe('stores (docs/spec/core.md)', () => {
  it('a second default is refused, also by two at once', async () => {
    await expect(plane.call(adminCreateStore, { body: { ...storeInput, is_default: true } }, staff)).rejects.toMatchObject({
      code: 'default_exists',
      status: 409,
    })
  })

  it('going live needs policies and, when registered, a VAT number', async () => {
    const store = await plane.call(adminCreateStore, { body: storeInput }, staff)
    await plane.call(adminUpdateStore, { params: { id: store.id }, body: { legal: { vat_registered: true, vat_no: '123' } } }, staff)
    const live = plane.call(adminPublishStore, { params: { id: store.id } }, staff)
    await expect(live).rejects.toMatchObject({ code: 'publish_requirements_missing', status: 422 })
    const error = await live.catch((caught: ApiError) => caught)
    expect((error as ApiError).errors[0]!.details!['list']).toContain('legal.vat_no')
    expect((error as ApiError).errors[0]!.details!['list']).toContain('policy.returns.ar')
  })

  it('a currency the tenant does not have is refused', async () => {
    const body = { ...storeInput, handle: 'other', currencies: ['JPY'], default_currency: 'JPY' }
    await expect(plane.call(adminCreateStore, { body }, staff)).rejects.toMatchObject({ code: 'currency_not_supported', status: 422 })
  })

  it('a policy is a new version each time', async () => {
    const text = { en: 'Short', ar: 'قصير' }
    const policy = await plane.call(adminPublishPolicy, { body: { kind: 'returns', title: text, body: text } }, staff)
    expect(policy.version).toBe(2)
    expect((await plane.call(getPolicy, { params: { kind: 'returns' } })).title).toBe('Short')
    const english = plane.call(adminPublishPolicy, { body: { kind: 'returns', title: { en: 'x' }, body: { en: 'x' } } }, staff)
    await expect(english).rejects.toMatchObject({ code: 'validation_failed' })
  })

  it('settings: stored over defaults, null returns to the default, unknown keys refused', async () => {
    const change = (body: object) => plane.call(adminUpdateSettings, { body }, staff)
    expect((await change({ 'tax.default_bps': 500 }))['tax.default_bps']).toBe(500)
    expect((await change({ 'tax.default_bps': null }))['tax.default_bps']).toBe(1500)
    await expect(change({ 'tax.default_bps': 20_000 })).rejects.toMatchObject({ status: 400 })
    await expect(change({ 'no.such.key': 1 })).rejects.toMatchObject({ status: 400 })
    await change({ 'brand.color': '#aa3300' })
    expect((await plane.call(getTheme)).brand).toBe('#aa3300')
    expect((await plane.call(adminGetSettings, {}, staff))['shipping.flat_amount']).toBe(1500)
  })
})

describe('publishable keys', () => {
  it('open with the whole key, until rotated or revoked', async () => {
    const sources = plane.app.get(KeySources)
    const made = await plane.call(adminCreatePublishableKey, { body: { name: 'App', origins: ['https://app.example'] } }, staff)
    expect(await sources.resolve(made.key)).toMatchObject({ id: made.id, origins: ['https://app.example'] })
    expect(await sources.resolve(`${made.key}x`)).toBeNull()
    expect(await sources.origins()).toEqual(['https://app.example'])
    const rotated = await plane.call(adminRotatePublishableKey, { params: { id: made.id } }, staff)
    expect(await sources.resolve(made.key)).toBeNull()
    expect(await sources.resolve(rotated.key)).not.toBeNull()
    await plane.call(adminRevokePublishableKey, { params: { id: made.id } }, staff)
    expect(await sources.resolve(rotated.key)).toBeNull()
    expect(await sources.origins()).toEqual([])
    await expect(plane.call(adminRotatePublishableKey, { params: { id: made.id } }, staff)).rejects.toMatchObject({
      code: 'invalid_transition',
    })
  })
})

describe('vendors (docs/spec/core.md)', () => {
  const najd = seedId('ven', 'najd-courtyard')

  it('shoppers see those that sell, by name', async () => {
    const page = await plane.call(listVendors, { query: { limit: 50 } })
    expect(page.items.map((vendor) => vendor.handle)).not.toContain('olaya-clinic')
    expect(page.total).toBe(10)
    const profile = await plane.call(getVendor, { params: { handle: 'dates-co-op' } }, { locale: 'fr' })
    expect(profile).toMatchObject({ name: 'Coopérative des dattes', product_count: 9 })
    await expect(plane.call(getVendor, { params: { handle: 'olaya-clinic' } })).rejects.toMatchObject({ status: 404 })
  })

  it('a restricted vendor leaves the shop at once, with total and pages agreeing, and comes back', async () => {
    const before = await plane.call(listProducts, { query: { limit: 100 } })
    const own = (await plane.call(listProducts, { query: { vendor: 'najd-courtyard', limit: 100 } })).total
    await expect(plane.call(adminRestrictVendor, { params: { id: najd } }, staff)).rejects.toMatchObject({
      code: 'reason_required',
      status: 422,
    })
    await plane.call(adminRestrictVendor, { params: { id: najd }, body: { reason: 'Licence expired' } }, staff)
    const after = await plane.call(listProducts, { query: { limit: 100 } })
    expect(after.total).toBe(before.total - own)
    const second = await plane.call(listProducts, { query: { limit: 20, offset: 20 } })
    expect(second.total).toBe(after.total)
    expect(second.items.map((card) => card.id)).toEqual(after.items.slice(20, 40).map((card) => card.id))
    expect((await plane.call(search, { query: { q: 'najd courtyard', kind: 'vendor' } })).total).toBe(0)
    await plane.call(adminReinstateVendor, { params: { id: najd } }, staff)
    expect((await plane.call(listProducts, { query: { limit: 100 } })).total).toBe(before.total)
  })

  it('on vacation its products rest', async () => {
    const paws = { actor: vendorActor(seedId('ven', 'paws-hittin')) }
    expect((await plane.call(vendorPause, {}, paws)).status).toBe('vacation')
    expect((await plane.call(listProducts, { query: { vendor: 'paws-hittin' } })).total).toBe(0)
    await plane.call(vendorResume, {}, paws)
    expect((await plane.call(listProducts, { query: { vendor: 'paws-hittin' } })).total).toBe(5)
  })

  it('a suspended vendor reads and changes nothing', async () => {
    const mazad = { actor: vendorActor(seedId('ven', 'mazad-house')) }
    await plane.call(adminSuspendVendor, { params: { id: seedId('ven', 'mazad-house') }, body: { reason: 'Complaints' } }, staff)
    expect((await plane.call(vendorGetProfile, {}, mazad)).status).toBe('suspended')
    await expect(plane.call(vendorUpdateProfile, { body: { city: 'Jeddah' } }, mazad)).rejects.toMatchObject({ status: 403 })
    await plane.call(adminReinstateVendor, { params: { id: seedId('ven', 'mazad-house') } }, staff)
  })

  it('one commercial registration, one vendor; an unlisted step is refused', async () => {
    const body = { handle: 'copycat', name: { en: 'Copycat' }, legal_name: 'Copycat Co', cr_no: '1010234501' }
    await expect(plane.call(adminCreateVendor, { body }, staff)).rejects.toMatchObject({
      code: 'already_exists',
      errors: [{ field: 'cr_no' }],
    })
    await expect(plane.call(adminReviewVendor, { params: { id: najd } }, staff)).rejects.toMatchObject({
      code: 'invalid_transition',
      status: 409,
    })
    expect((await plane.call(adminListVendors, { query: { q: '1010234501' } }, staff)).total).toBe(1)
  })

  it('an owner always exists; an address belongs to one person', async () => {
    const users = await plane.call(adminListVendorUsers, { params: { id: najd } }, staff)
    const owner = users.items.find((user) => user.role === 'owner')!
    const update = (id: string, body: object) => plane.call(adminUpdateVendorUser, { params: { id: najd, user_id: id }, body }, staff)
    await expect(update(owner.id, { role: 'staff' })).rejects.toMatchObject({ code: 'last_admin', status: 409 })
    await expect(update(owner.id, { status: 'disabled' })).rejects.toMatchObject({ code: 'last_admin' })
    const person = { name: 'Second', email: owner.email.toUpperCase(), role: 'owner' as const, password: 'a long enough one' }
    const create = (body: typeof person) => plane.call(adminCreateVendorUser, { params: { id: najd }, body }, staff)
    await expect(create(person)).rejects.toMatchObject({ code: 'already_exists' })
    await create({ ...person, email: 'second@najd-courtyard.test' })
    expect((await update(owner.id, { role: 'staff' })).role).toBe('staff')
    // Another vendor's person does not exist here.
    const foreign = seedId('vus', 'dates-co-op')
    await expect(update(foreign, { name: 'X' })).rejects.toMatchObject({ status: 404 })
  })

  it('staff of a vendor without the right to write do not write', async () => {
    const courier = { actor: vendorActor(najd, 'courier') }
    await expect(plane.call(vendorUpdateProfile, { body: { city: 'Jeddah' } }, courier)).rejects.toMatchObject({ status: 403 })
    await expect(plane.call(adminListProducts, {}, courier)).rejects.toMatchObject({ status: 403 })
  })
})
