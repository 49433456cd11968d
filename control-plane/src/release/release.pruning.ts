import type { DataPlaneDriver } from '@cityos/provisioning'
import { Prisma } from '../../generated/client.ts'
import type { Clock } from '../clock.ts'
import type { Db, Registry, Tx } from '../registry/registry.ts'

/** Days after its last use for which a release stays: pages that are open go on asking for its hashed files (design §4). */
export const keptDays = 7
const day = 86_400
/** Seconds between two notes that a release is in use. */
const noteEvery = 3_600

export interface ReleasePruningParts {
  registry: Registry
  clock: Clock
  drivers(): readonly Pick<DataPlaneDriver, 'dropRelease'>[]
}

/**
 * Old releases go: nobody runs them, no archive needs them, nothing is under way with them, and a week has passed since.
 * The one new tenants get, the one before it, and those that are newer stay. Folder and template database go, the row stays as
 * `pruned`. Level-triggered: takes a version, looks, and goes on where a dead process stopped.
 */
export class ReleasePruning {
  readonly #parts: ReleasePruningParts

  constructor(parts: ReleasePruningParts) {
    this.#parts = parts
  }

  /** Notes who is in use. @returns releases that may be old enough, and those whose pruning was interrupted */
  async due(): Promise<string[]> {
    const { registry, clock } = this.#parts
    const now = clock.now()
    await registry.db.$executeRaw`
      UPDATE release r SET last_used_at = ${now}
      WHERE r.status <> 'pruned' AND (r.last_used_at IS NULL OR r.last_used_at < ${clock.in(-noteEvery)})
        AND ${inUse(now)}`
    const rows = await registry.db.$queryRaw<{ version: string }[]>`
      SELECT version FROM release
      WHERE (status = 'pruned' AND pruned_at IS NULL)
        OR (status <> 'pruned' AND NOT is_current AND NOT is_platform
          AND coalesce(last_used_at, created_at) < ${clock.in(-keptDays * day)})
      ORDER BY created_at`
    return rows.map((row) => row.version)
  }

  /** @returns whether the release went; null when somebody needs it */
  async reconcile(version: string): Promise<'pruned' | null> {
    const { registry, clock, drivers } = this.#parts
    const goes = await registry.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM release WHERE version = ${version} FOR UPDATE`
      const row = await tx.release.findUnique({ where: { version } })
      if (!row || row.pruned_at) return false
      if (row.status === 'pruned') return true
      if ((await this.keptBecause(tx, version)) !== null) return false
      // from here on nobody is brought to it
      await tx.release.update({ where: { version }, data: { status: 'pruned' } })
      return true
    })
    if (!goes) return null
    for (const driver of drivers()) await driver.dropRelease(version)
    await registry.db.release.update({ where: { version }, data: { pruned_at: clock.now() } })
    return 'pruned'
  }

  /** Why a release stays; null when it may go. */
  async keptBecause(db: Db | Tx, version: string): Promise<string | null> {
    const { clock } = this.#parts
    const now = clock.now()
    const [found] = await db.$queryRaw<{ young: boolean; used: boolean; archived: boolean; newer: boolean; former: boolean }[]>`
      SELECT coalesce(r.last_used_at, r.created_at) >= ${clock.in(-keptDays * day)} AS young,
        ${inUse(now)} AS used,
        EXISTS (SELECT 1 FROM backup b WHERE b.release = r.version) AS archived,
        EXISTS (SELECT 1 FROM release c WHERE c.is_current AND c.created_at < r.created_at) AND r.status = 'available' AS newer,
        r.version = (SELECT f.version FROM release f WHERE f.current_at IS NOT NULL AND NOT f.is_current AND f.status <> 'pruned'
          ORDER BY f.current_at DESC LIMIT 1) IS TRUE AS former
      FROM release r WHERE r.version = ${version}`
    if (!found) return 'it is not known'
    if (found.used) return 'it is in use'
    if (found.archived) return 'an archive needs it'
    if (found.former) return 'it is the one before the current one'
    if (found.newer) return 'it is newer than the current one'
    return found.young ? `it was in use in the last ${keptDays} days` : null
  }
}

/** Whether somebody needs the release `r` now: a tenant, the platform, an operation or rollout under way, a pin. */
const inUse = (now: Date) => Prisma.sql`(
  r.is_current OR r.is_platform
  OR EXISTS (SELECT 1 FROM tenant t WHERE t.release = r.version AND t.deleted_at IS NULL)
  OR EXISTS (SELECT 1 FROM tenant_pin p WHERE p.release = r.version AND p.until > ${now})
  OR EXISTS (SELECT 1 FROM operation o WHERE o.status IN ('queued', 'running', 'waiting', 'undoing')
    AND r.version IN (o.parameters->>'from', o.parameters->>'to', o.parameters->>'release'))
  OR EXISTS (SELECT 1 FROM rollout l WHERE l.status IN ('planned', 'running', 'paused', 'rolling_back') AND (l.to_release = r.version
    OR EXISTS (SELECT 1 FROM rollout_tenant m WHERE m.rollout_id = l.id AND m.from_release = r.version))))`
