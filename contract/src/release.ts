import { z } from 'zod'

/**
 * What control plane and data plane say to each other, as a number. It goes up by one when a message of `plane.ts`
 * changes in a way the other side must know. Control plane N works with data planes N and N−1 (design §4).
 */
export const planeProtocol = 1

/** Whether a control plane that speaks `controlPlane` works with a data plane that speaks `dataPlane`. */
export function protocolsAgree(controlPlane: number, dataPlane: number): boolean {
  return dataPlane === controlPlane || dataPlane === controlPlane - 1
}

/**
 * An `expand` migration leaves everything a release before it needs; a `contract` one takes something away, and is applied
 * only when no process of a release without it can come back.
 */
export const MigrationKind = z.enum(['expand', 'contract'])
export type MigrationKind = z.infer<typeof MigrationKind>

/** One file of a release's journal. */
export const ReleaseMigration = z.object({
  /** Path as the journal names it: `core/cart/migrations/0002_note.sql`. */
  name: z.string(),
  kind: MigrationKind,
})
export type ReleaseMigration = z.infer<typeof ReleaseMigration>

/** A migration is `contract` when its file is called `NNNN_contract_….sql`. */
export function kindOfMigration(name: string): MigrationKind {
  return /(^|\/)\d+_contract_[^/]*\.sql$/.test(name) ? 'contract' : 'expand'
}

/** `release.json` of a release's folder. Builds from before migrations were listed there have none: read the journal. */
export const ReleaseManifest = z.object({
  /** Package version + first seven digits of the checksum over all sources: `0.1.0+3f2a91c`. */
  version: z.string().min(1),
  /** Name of the last migration, without `.sql`. */
  schema: z.string(),
  built_at: z.string().default('1970-01-01T00:00:00.000Z'),
  /** The data plane's journal, in order. */
  migrations: z.array(ReleaseMigration).default([]),
  /**
   * Oldest schema (name of a migration, without `.sql`) a tenant may come from; null: any release whose journal is a
   * prefix of this one's.
   */
  upgrade_from: z.string().nullable().default(null),
  /** `planeProtocol` of its data plane. */
  protocol: z.int().positive().default(1),
  /** Commit it was built from, 40 hex digits; `+` after it when the checkout had changes; null outside of git. */
  commit: z.string().nullable().default(null),
  /** SHA-256 of every other file, by its path inside the release. */
  checksums: z.record(z.string(), z.string()).default({}),
})
export type ReleaseManifest = z.infer<typeof ReleaseManifest>

/** A row of `schema_migration`: what a database has behind it. */
export interface AppliedMigration {
  name: string
  position: number
  /** Left out in databases from before it was recorded: the name tells. */
  kind?: MigrationKind | null
  /** SHA-256 of the file as it was applied. */
  checksum?: string
}

/** Why a release cannot run on a database; null when it can. */
export type SchemaObstacle = { reason: 'behind' | 'unknown' | 'edited'; migration: string; message: string } | null

/**
 * Whether a release runs on a database: every expand migration it knows is applied, and whatever the database has beyond
 * its journal is expand and comes after it. Contract migrations of its own may still be waiting.
 * @param known the release's journal, in order
 * @param applied the database's history, in any order
 * @param checksums SHA-256 of the release's own files by name, where they are to be compared
 */
export function schemaObstacle(
  known: readonly ReleaseMigration[],
  applied: readonly AppliedMigration[],
  checksums: ReadonlyMap<string, string> = new Map(),
): SchemaObstacle {
  const rows = new Map(applied.map((row) => [row.name, row]))
  for (const { name, kind } of known) {
    const row = rows.get(name)
    if (!row && kind === 'expand')
      return { reason: 'behind', migration: name, message: `the database lacks ${name}, which this release needs: migrate it first` }
    const checksum = checksums.get(name)
    if (row?.checksum && checksum && row.checksum !== checksum)
      return { reason: 'edited', migration: name, message: `${name} was applied with another content than this release knows` }
  }
  const names = new Set(known.map((migration) => migration.name))
  for (const row of [...applied].sort((a, b) => a.position - b.position)) {
    if (names.has(row.name)) continue
    if (row.position < known.length)
      return {
        reason: 'unknown',
        migration: row.name,
        message: `the database has ${row.name} among the migrations of this release, which does not know it: its history is another one`,
      }
    if ((row.kind ?? kindOfMigration(row.name)) === 'contract')
      return {
        reason: 'unknown',
        migration: row.name,
        message: `the database has ${row.name}, a contract migration this release does not know: use a release that does`,
      }
  }
  return null
}

/**
 * Which migrations of a journal bring a database to a release, in order. Contract ones wait unless the release that the
 * tenant runs already carries them: no process older than that can come back.
 * @param journal of the release to come
 * @param applied names the database has
 * @param carried names the running release carries; `all` where nothing older exists (a new tenant, a template)
 */
export function planMigrations(
  journal: readonly ReleaseMigration[],
  applied: ReadonlySet<string>,
  carried: ReadonlySet<string> | 'all',
): { apply: ReleaseMigration[]; waiting: ReleaseMigration[] } {
  const open = journal.filter((migration) => !applied.has(migration.name))
  const ready = (migration: ReleaseMigration) => migration.kind === 'expand' || carried === 'all' || carried.has(migration.name)
  return { apply: open.filter(ready), waiting: open.filter((migration) => !ready(migration)) }
}

/** What of a release matters for the question whether one can become the other. */
export type Upgradeable = Pick<ReleaseManifest, 'version' | 'migrations' | 'upgrade_from' | 'protocol'>

/**
 * Why a tenant on `from` cannot be brought to `to` under this control plane; null when it can. The way back is always
 * open while `to` adds expand migrations only.
 * @param controlPlane protocol of the running control plane
 */
export function upgradeObstacle(from: Upgradeable, to: Upgradeable, controlPlane: number = planeProtocol): string | null {
  if (!protocolsAgree(controlPlane, to.protocol))
    return `${to.version} speaks protocol ${to.protocol}, this control plane ${controlPlane} and ${controlPlane - 1}`
  const differs = from.migrations.findIndex((migration, position) => to.migrations[position]?.name !== migration.name)
  if (differs >= 0)
    return `${from.version} has the migration ${from.migrations[differs]?.name}, which ${to.version} does not have at that place`
  if (to.upgrade_from !== null && !from.migrations.some((migration) => schemaName(migration.name) === to.upgrade_from))
    return `${to.version} takes tenants from schema ${to.upgrade_from} on, and ${from.version} is older: go through a release between them`
  return null
}

/** Name of a schema: its last migration without `.sql`. */
export const schemaName = (migration: string): string => migration.replace(/\.sql$/, '')
