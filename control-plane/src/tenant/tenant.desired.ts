import { DomainError, ThemeTokens } from '@cityos/contract'
import type { tenant } from '../../generated/client.ts'
import { entitlementOf } from '../billing/entitlement.ts'
import type { Drivers } from '../drivers.ts'
import { placementOf } from '../governance/tenant.placement.ts'
import { addOnsOf, countedVerticals, requireRoom } from '../plan/plan.limits.ts'
import { type Db, json } from '../registry/registry.ts'
import type { ChangeTenant, CreateTenant } from './tenant.contract.ts'
import { checkCurrencies, checkLocales, checkTimezone, checkVerticalLimit, nameIn, resolveVerticals } from './tenant.rules.ts'

/** From a request to the columns of the desired state; every refusal says what to do. */

/** Where a machine of its own is said to be. */
const ownRegion = 'riyadh'

/** The columns of a new tenant that follow from the request alone. @throws DomainError */
export function newState(asked: CreateTenant, platform: { drivers: Drivers; testByDefault: boolean }) {
  const verticals = resolveVerticals(asked.verticals)
  const currencies = [...new Set([asked.currency, ...(asked.currencies ?? [])])]
  const default_locale = asked.default_locale ?? asked.locales[0]!
  checkLocales(asked.locales, default_locale)
  checkCurrencies(currencies, asked.currency)
  checkTimezone(asked.timezone)
  const driver = asked.driver ?? platform.drivers.usual
  platform.drivers.get(driver)
  return {
    name: json(nameIn(asked.name, asked.locales)),
    verticals,
    locales: [...new Set(asked.locales)],
    default_locale,
    currencies,
    default_currency: asked.currency,
    timezone: asked.timezone,
    country: asked.country,
    theme: json(ThemeTokens.parse({ brand: '#0f766e', ...asked.theme })),
    driver,
    region: asked.region ?? ownRegion,
    seed: asked.seed,
    test: asked.test ?? platform.testByDefault,
    internal: asked.internal ?? false,
  }
}

/** The columns a change request is about, with their new values. @throws DomainError */
export async function changedState(db: Db, row: tenant, asked: ChangeTenant): Promise<Record<string, unknown>> {
  const plan = await planOf(db, row, asked.plan)
  const verticals = asked.verticals === undefined ? row.verticals : resolveVerticals(asked.verticals)
  const locales = asked.locales ?? row.locales
  const addOns = await addOnsOf(db, row.id)
  const counted = verticals.filter((code) => !addOns.includes(code))
  if (plan.code !== row.plan_code) await requireRoom(db, row.id, plan, countedVerticals(verticals, addOns))
  checkVerticalLimit(counted, plan)
  checkLocales(locales, asked.default_locale ?? row.default_locale)
  checkCurrencies(asked.currencies ?? row.currencies, asked.default_currency ?? row.default_currency)
  if (asked.timezone) checkTimezone(asked.timezone)
  const moved = asked.node_id !== undefined || asked.authority_id !== undefined || asked.residency_zone !== undefined
  const wanted = {
    ...(moved ? await placementOf(db, asked, row.country, row) : {}),
    name: asked.name === undefined ? undefined : nameIn(asked.name, locales),
    plan_code: asked.plan,
    verticals: asked.verticals === undefined ? undefined : verticals,
    locales: asked.locales,
    default_locale: asked.default_locale,
    currencies: asked.currencies,
    default_currency: asked.default_currency,
    timezone: asked.timezone,
    theme: asked.theme === undefined ? undefined : ThemeTokens.parse({ ...(row.theme as object), ...asked.theme }),
  }
  const named = Object.entries(wanted).filter(([, value]) => value !== undefined)
  if (named.length === 0) throw new DomainError('validation_failed', { message: 'nothing to change was named' })
  return Object.fromEntries(named)
}

/** What a change of the desired state makes of the subscription: another plan, or an add-on whose vertical is given up. */
export async function termsOf(db: Db, tenantId: string, changes: Record<string, unknown>) {
  const kept = changes['verticals'] as string[] | undefined
  const remove = kept ? (await addOnsOf(db, tenantId)).filter((vertical) => !kept.includes(vertical)) : []
  const plan = changes['plan_code'] as string | undefined
  if (plan === undefined && remove.length === 0) return {}
  return { terms: { ...(plan === undefined ? {} : { plan }), add: [], remove, at: null } }
}

/** The plan that is asked for; without one, the terms the tenant is on, also when the plan is no longer offered. */
async function planOf(db: Db, row: tenant, asked: string | undefined): Promise<{ code: string; limits: unknown }> {
  if (asked !== undefined && asked !== row.plan_code) return requirePlan(db, asked)
  return { code: row.plan_code, limits: (await entitlementOf(db, row)).limits }
}

/** @throws DomainError unknown_plan naming the plans there are */
export async function requirePlan(db: Db, code: string) {
  const plan = await db.plan.findUnique({ where: { code } })
  if (plan && !plan.archived_at) return plan
  const known = (await db.plan.findMany({ where: { archived_at: null }, orderBy: { position: 'asc' }, select: { code: true } })).map(
    (item) => item.code,
  )
  throw new DomainError('unknown_plan', {
    field: 'plan',
    message: `there is no plan "${code}": use ${known.join(', ')}`,
    details: { known },
  })
}

/** @returns the version asked for, or the current one. @throws DomainError unknown_release */
export async function requireRelease(db: Db, asked: string | undefined): Promise<string> {
  const where = asked ? { version: asked, status: 'available' } : { is_current: true, status: 'available' }
  const found = await db.release.findFirst({ where })
  if (found) return found.version
  const message = asked ? `release ${asked} is not available here: see the list of releases` : 'no release is available: build one first'
  throw new DomainError('unknown_release', { field: 'release', message })
}
