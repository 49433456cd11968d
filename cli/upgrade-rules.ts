import {
  pinTenant,
  readTenant,
  readUpgradeRules,
  removeMaintenanceWindow,
  setInternal,
  setMaintenanceWindow,
  type UpgradeRules,
  unpinTenant,
  upgradeTenant,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { parseDuration } from './duration.ts'
import { Failure } from './failure.ts'
import { followOperation } from './operation-stream.ts'
import { printFacts, printJson, say } from './output.ts'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Pin, maintenance window and first ring of a tenant. */
export async function show(slug: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  print(await session.call(readUpgradeRules, { params: { id: slug } }), options)
}

/** Brings one tenant to a release, outside of any rollout; with `--wait` exit code 0 only when it is there. */
export async function upgrade(
  slug: string,
  options: CommonOptions & { to: string; rehearse?: boolean; override?: string; wait?: boolean },
): Promise<void> {
  const session = await sessionOf(options)
  const body = { release: options.to, rehearse: options.rehearse ?? true, override: options.override }
  const started = await session.call(upgradeTenant, { params: { id: slug }, body })
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const tenant = options.wait ? await session.call(readTenant, { params: { id: slug } }) : started.tenant
  if (options.json) return printJson(tenant)
  say(options.wait ? `${tenant.slug} is on ${tenant.release}` : `Watch it: ./cityos operation show ${started.operation.id}`)
}

/** Keeps a tenant where it is until a date, on somebody's word. */
export async function pin(
  slug: string,
  options: CommonOptions & { until: string; owner: string; reason: string; release?: string },
): Promise<void> {
  const session = await sessionOf(options)
  const body = {
    release: options.release ?? null,
    until: momentOf(options.until, Date.now()),
    owner: options.owner,
    reason: options.reason,
  }
  print(await session.call(pinTenant, { params: { id: slug }, body }), options)
}

export async function unpin(slug: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  print(await session.call(unpinTenant, { params: { id: slug } }), options)
}

/**
 * Says when rollouts may touch a tenant, or with `--remove` at any time.
 * @throws Failure when days, times and zone are neither all given nor all left out
 */
export async function window(
  slug: string,
  options: CommonOptions & { days?: string; from?: string; to?: string; zone?: string; remove?: boolean },
): Promise<void> {
  const session = await sessionOf(options)
  if (options.remove) return print(await session.call(removeMaintenanceWindow, { params: { id: slug } }), options)
  const { from, to, zone } = options
  if (!options.days || !from || !to)
    throw new Failure(
      'Say --days, --from and --to, or --remove.',
      'For example: --days sun,mon,tue --from 02:00 --to 05:00 --zone Asia/Riyadh',
    )
  const time_zone = zone ?? (await session.call(readTenant, { params: { id: slug } })).timezone
  const body = { days: daysOf(options.days), from, to, time_zone }
  print(await session.call(setMaintenanceWindow, { params: { id: slug }, body }), options)
}

/** Puts a tenant into the first ring of every rollout, or takes it out. */
export async function internal(slug: string, state: string, options: CommonOptions): Promise<void> {
  if (state !== 'on' && state !== 'off') throw new Failure('Say on or off.')
  const session = await sessionOf(options)
  print(await session.call(setInternal, { params: { id: slug }, body: { internal: state === 'on' } }), options)
}

/** `all`, or days by their first three letters: Monday is 1. */
export function daysOf(text: string): number[] {
  if (text === 'all') return [1, 2, 3, 4, 5, 6, 7]
  const numbers = text.split(',').map((day) => (days as readonly string[]).indexOf(day.trim().toLowerCase().slice(0, 3)) + 1)
  if (numbers.includes(0)) throw new Failure(`“${text}” names no days.`, `Write them like ${days.slice(0, 3).join(',')}, or all.`)
  return [...new Set(numbers)].sort()
}

/** A moment as ISO 8601: a date (its end, UTC), a moment, or how long from `now`: `2026-12-31`, `30d`. */
export function momentOf(text: string, now: number): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T23:59:59.000Z`
  const moment = /^\d{4}-/.test(text) ? Date.parse(text) : now + parseDuration(text) * 1000
  if (Number.isNaN(moment)) throw new Failure(`“${text}” is no date.`, 'Write it like 2026-12-31, or 30d.')
  return new Date(moment).toISOString()
}

function print(rules: UpgradeRules, options: CommonOptions): void {
  if (options.json) {
    printJson(rules)
    return
  }
  const { pin: held, window: open } = rules
  printFacts({
    tenant: rules.tenant_slug,
    'first ring': rules.internal ? 'yes' : 'no',
    pin: held ? `${held.release ?? 'stays where it is'} until ${held.until}, by ${held.owner}: ${held.reason}` : 'none',
    window: open
      ? `${open.days.map((day) => days[day - 1]).join(', ')} ${open.from}–${open.to} ${open.time_zone}${rules.window_open ? ', open now' : `, opens ${rules.window_opens_at}`}`
      : 'at any time',
  })
}
