import { DomainError, PlaneHealth, ThemeTokens } from '@cityos/contract'
import type { tenant } from '../../generated/client.ts'
import type { Drivers } from '../drivers.ts'
import { type Db, json } from '../registry/registry.ts'
import type { ChangeTenant, CreateTenant } from './tenant.contract.ts'
import { checkCurrencies, checkLocales, checkTimezone, checkVerticalLimit, nameIn, resolveVerticals } from './tenant.rules.ts'

/** From a request to the columns of the desired state; every refusal says what to do. */

/** The columns of a new tenant that follow from the request alone. @throws DomainError */
export function newState(asked: CreateTenant, platform: { drivers: Drivers; testByDefault: boolean }) {
  const verticals = resolveVerticals(asked.verticals)
  const currencies = [...new Set([asked.currency, ...(asked.currencies ?? [])])]
  const default_locale = asked.default_locale ?? asked.locales[0]!
  checkLocales(asked.locales, default_locale)
  checkCurrencies(currencies, asked.currency)
  checkTimezone(asked.timezone)
  platform.drivers.get(asked.driver)
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
    driver: asked.driver,
    region: asked.region,
    seed: asked.seed,
    test: asked.test ?? platform.testByDefault,
  }
}

/** The columns a change request is about, with their new values. @throws DomainError */
export async function changedState(db: Db, row: tenant, asked: ChangeTenant): Promise<Record<string, unknown>> {
  const plan = await requirePlan(db, asked.plan ?? row.plan_code)
  const verticals = asked.verticals === undefined ? row.verticals : resolveVerticals(asked.verticals)
  const locales = asked.locales ?? row.locales
  checkVerticalLimit(verticals, plan)
  if (plan.code !== row.plan_code) await checkUsage(db, row.id, plan)
  checkLocales(locales, asked.default_locale ?? row.default_locale)
  checkCurrencies(asked.currencies ?? row.currencies, asked.default_currency ?? row.default_currency)
  if (asked.timezone) checkTimezone(asked.timezone)
  const wanted = {
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

/** A plan must hold what the tenant has, as its data plane reported last. @throws DomainError plan_below_usage */
async function checkUsage(db: Db, tenantId: string, plan: { code: string; limits: unknown }): Promise<void> {
  const last = await db.plane_report.findUnique({ where: { tenant_id: tenantId } })
  if (!last) return
  const { products } = PlaneHealth.parse(last.report).usage
  const limit = (plan.limits as Record<string, number>)['products']
  if (limit === undefined || products <= limit) return
  throw new DomainError('plan_below_usage', {
    field: 'plan',
    message: `plan ${plan.code} holds ${limit} products, the tenant has ${products}: archive some, or choose a larger plan`,
    details: { limit, used: products },
  })
}

/** @throws DomainError unknown_plan naming the plans there are */
export async function requirePlan(db: Db, code: string) {
  const plan = await db.plan.findUnique({ where: { code } })
  if (plan) return plan
  const known = (await db.plan.findMany({ orderBy: { position: 'asc' }, select: { code: true } })).map((item) => item.code)
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
