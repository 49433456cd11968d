import {
  createRollout,
  type Freeze,
  listRolloutEvents,
  listRollouts,
  listRolloutTenants,
  pauseRollout,
  previewRollout,
  type Rollout,
  type RolloutTenant,
  readFleet,
  readFreeze,
  readRollout,
  readTenant,
  resumeRollout,
  rollBackRollout,
  setFreeze,
  skipRollout,
  startRollout,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { parseDuration, sayDuration } from './duration.ts'
import { Failure } from './failure.ts'
import { type PlanOptions, planOf, printPreview } from './fleet-plan.ts'
import { printFacts, printJson, printTable, say } from './output.ts'
import { failureOf, followRollout, standing } from './rollout-stream.ts'
import type { Session } from './session.ts'

export interface UpgradeOptions extends PlanOptions {
  start?: boolean
  wait?: boolean
}

/** Says what an upgrade would do; changes nothing. Exit code 1 when it could not be started now. */
export async function preview(options: PlanOptions): Promise<void> {
  const session = await sessionOf(options)
  const plan = await session.call(previewRollout, { body: planOf(options) })
  if (plan.refused) process.exitCode = 1
  if (options.json) return printJson(plan)
  printPreview(plan)
  if (plan.refused) say(`It could not be started now: ${plan.refused.message}`)
}

/** Starts a rollout; with `--wait` the exit code is 0 only when every ring has passed. */
export async function upgrade(options: UpgradeOptions): Promise<void> {
  const session = await sessionOf(options)
  const body = planOf(options)
  if (!options.json) printPreview(await session.call(previewRollout, { body }))
  const created = await session.call(createRollout, { body: { ...body, start: options.start ?? true } })
  const rollout = options.wait && options.start !== false ? await followRollout(session, created.id, !options.json) : created
  if (rollout.status === 'rolled_back') process.exitCode = 1
  if (options.json) return printJson(rollout)
  printRollout(rollout)
  if (rollout.status === 'rolled_back')
    throw new Failure('The rollout went back.', failureOf(rollout) ?? '', './cityos fleet timeline tells what happened.')
  if (!options.wait) say(`Watch it: ./cityos fleet status · ./cityos fleet timeline`)
}

/** The rollout (default: the newest), what the fleet is on, and whether it is frozen. */
export async function status(id: string | undefined, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const [rollout, fleet, freeze] = await Promise.all([
    id ? session.call(readRollout, { params: { id } }) : newest(session),
    session.call(readFleet, {}),
    session.call(readFreeze, {}),
  ])
  if (options.json) return printJson({ ...(rollout ?? { id: null, status: null }), releases: fleet.releases, freeze })
  printTable(
    ['release', 'tenants', ''],
    fleet.releases.map((each) => [each.version, String(each.tenants), each.current ? 'current' : '']),
    'No releases.',
  )
  say()
  if (freeze.frozen) say(sayFreeze(freeze))
  if (rollout) printRollout(rollout)
  else say('No rollout yet: ./cityos fleet upgrade --to RELEASE')
}

async function newest(session: Session): Promise<Rollout | null> {
  const page = await session.call(listRollouts, { query: { limit: 1 } })
  return page.items[0] ?? null
}

export async function listAll(options: CommonOptions & { limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const page = await session.call(listRollouts, { query: { limit: Number(options.limit ?? 20) } })
  if (options.json) return printJson(page.items)
  printTable(
    ['id', 'to', 'status', 'upgraded', 'asked for by', 'created'],
    page.items.map((each) => [
      each.id,
      each.to,
      each.status,
      `${each.counts.upgraded}/${each.tenants}`,
      each.requested_by,
      each.created_at,
    ]),
    'No rollout yet: ./cityos fleet upgrade --to RELEASE',
  )
}

/** What happened, in order. */
export async function timeline(id: string | undefined, options: CommonOptions & { limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const params = { id: id ?? 'latest' }
  const page = await session.call(listRolloutEvents, { params, query: { limit: Number(options.limit ?? 100) } })
  if (options.json) return printJson(page.items)
  printTable(
    ['when', 'ring', 'tenant', 'what'],
    page.items.map((each) => [each.at, each.ring ?? '', each.tenant_slug ?? '', each.message]).reverse(),
    'Nothing has happened yet.',
  )
}

/** Tenants of a rollout, each with its ring, how it stands and why. */
export async function tenants(id: string | undefined, options: CommonOptions & { status?: RolloutTenant['status'] }): Promise<void> {
  const session = await sessionOf(options)
  const found: RolloutTenant[] = []
  for (;;) {
    const query = { limit: 100, offset: found.length, status: options.status }
    const page = await session.call(listRolloutTenants, { params: { id: id ?? 'latest' }, query })
    found.push(...page.items)
    if (page.items.length === 0 || found.length >= page.total) break
  }
  if (options.json) return printJson(found)
  printTenants(found)
}

const verbs = { start: startRollout, resume: resumeRollout }

/** Starts a planned rollout, or lets a paused one go on. */
export async function perform(verb: keyof typeof verbs, id: string | undefined, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  finish(await session.call(verbs[verb], { params: { id: await idOf(session, id) }, body: {} }), options)
}

export async function pause(id: string | undefined, options: CommonOptions & { reason?: string }): Promise<void> {
  const session = await sessionOf(options)
  finish(await session.call(pauseRollout, { params: { id: await idOf(session, id) }, body: { reason: options.reason ?? '' } }), options)
}

/**
 * Leaves out a ring or a tenant.
 * @throws Failure when neither or both are named, or the rollout has no such ring
 */
export async function skip(
  id: string | undefined,
  options: CommonOptions & { ring?: string; tenant?: string; reason: string },
): Promise<void> {
  if ((options.ring === undefined) === (options.tenant === undefined)) throw new Failure('Say either --ring or --tenant.')
  const session = await sessionOf(options)
  const rollout = await session.call(readRollout, { params: { id: id ?? 'latest' } })
  const { reason } = options
  const body =
    options.tenant === undefined
      ? { ring: ringOf(rollout, options.ring ?? ''), reason }
      : { tenant_id: (await session.call(readTenant, { params: { id: options.tenant } })).id, reason }
  finish(await session.call(skipRollout, { params: { id: rollout.id }, body }), options)
}

/** Takes everything the rollout has upgraded back (or the ring it is at); with `--wait` until that has happened. */
export async function rollBack(
  id: string | undefined,
  options: CommonOptions & { scope?: 'all' | 'ring'; reason: string; wait?: boolean },
): Promise<void> {
  const session = await sessionOf(options)
  const body = { scope: options.scope ?? ('all' as const), reason: options.reason }
  const asked = await session.call(rollBackRollout, { params: { id: await idOf(session, id) }, body })
  finish(options.wait ? await followRollout(session, asked.id, !options.json) : asked, options)
}

/** Keeps every release where it is, or lets them go on. */
export async function freeze(frozen: boolean, options: CommonOptions & { reason?: string; for?: string }): Promise<void> {
  const session = await sessionOf(options)
  const until = options.for ? new Date(Date.now() + parseDuration(options.for) * 1000).toISOString() : null
  const now = await session.call(setFreeze, { body: { frozen, reason: options.reason ?? '', until } })
  if (options.json) return printJson(now)
  say(now.frozen ? sayFreeze(now) : 'Releases are no longer frozen.')
}

/** `latest` means the newest to the reading calls only: an action names what it acts on. */
async function idOf(session: Session, id: string | undefined): Promise<string> {
  return id ?? (await session.call(readRollout, { params: { id: 'latest' } })).id
}

function ringOf(rollout: Rollout, asked: string): number {
  const ring = rollout.rings.find((each) => each.name === asked || String(each.position) === asked)
  if (!ring) throw new Failure(`This rollout has no ring ${asked}.`, `It has: ${rollout.rings.map((each) => each.name).join(', ')}.`)
  return ring.position
}

function finish(rollout: Rollout, options: CommonOptions): void {
  if (options.json) printJson(rollout)
  else printRollout(rollout)
}

function sayFreeze(now: Freeze): string {
  return `Releases are frozen${now.by ? ` by ${now.by}` : ''}${now.until ? ` until ${now.until}` : ''}: ${now.reason ?? ''}`
}

function printTenants(found: readonly RolloutTenant[]): void {
  printTable(
    ['tenant', 'ring', 'status', 'from', 'took', 'why'],
    found.map((each) => [
      each.tenant_slug,
      each.control ? `${each.ring ?? '–'} (control)` : (each.ring ?? '–'),
      each.status,
      each.from_release,
      each.seconds === null || each.started_at === null ? '' : sayDuration(each.seconds),
      each.message ?? '',
    ]),
    'No tenants.',
  )
}

function printRollout(rollout: Rollout): void {
  printFacts({
    rollout: rollout.id,
    to: rollout.to,
    status: standing(rollout, Date.now()),
    'went back': failureOf(rollout) ?? undefined,
    paused: rollout.paused_reason ?? undefined,
    'asked for by': rollout.requested_by,
    started: rollout.started_at,
    finished: rollout.finished_at ?? undefined,
    'should be done': rollout.finished_at ? undefined : (rollout.predicted_end_at ?? undefined),
    'may be asked': rollout.actions.join(', ') || 'nothing',
  })
  printTable(
    ['ring', 'status', 'upgraded', 'failed', 'gate'],
    rollout.rings.map((ring) => [
      ring.name,
      ring.status,
      `${ring.counts.upgraded}/${ring.tenants}`,
      String(ring.counts.failed),
      ring.gate?.message ?? '',
    ]),
    'No rings.',
  )
}
