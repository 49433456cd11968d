import { endpoint, listEndpoint, MigrationKind, staff } from '@cityos/contract'
import { z } from 'zod'

export const ReleaseStatus = z.enum(['available', 'yanked', 'pruned'])

export const Release = z.object({
  version: z.string(),
  /** Name of the last migration of its data-plane schema. */
  schema: z.string(),
  status: ReleaseStatus,
  /** New tenants get this one. */
  current: z.boolean(),
  /** The control plane itself runs from this one. */
  platform: z.boolean(),
  /** How many tenants are on it. */
  tenants: z.int(),
  /** Protocol its data plane speaks; the control plane speaks its own and the one before. */
  protocol: z.int(),
  /** Commit it was built from, `+` after it when the checkout had changes. */
  commit: z.string().nullable(),
  size_bytes: z.int(),
  built_at: z.iso.datetime(),
  /** When this platform took it in. */
  created_at: z.iso.datetime(),
  yanked: z.object({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).nullable(),
  /** When a tenant or the platform was last seen to need it; null: nobody ever has. */
  last_used_at: z.iso.datetime().nullable(),
})
export type Release = z.infer<typeof Release>

const ListedMigration = z.object({ name: z.string(), kind: MigrationKind })

export const ReleaseDetail = Release.extend({
  migrations: z.array(ListedMigration),
  /** Oldest schema a tenant may come from; null: any whose journal is a prefix of this one's. */
  upgrade_from: z.string().nullable(),
  files: z.int(),
  /** Third-party packages inside it, from its SBOM; null where it has none. */
  components: z.int().nullable(),
  /** CHANGELOG.md; null where it has none. */
  changelog: z.string().nullable(),
  /** The first tenants on it, by name; `tenants` has the count. */
  tenants_on_it: z.array(z.object({ id: z.string(), slug: z.string() })),
})
export type ReleaseDetail = z.infer<typeof ReleaseDetail>

export const listReleases = listEndpoint({
  id: 'release.list',
  method: 'GET',
  path: '/api/v1/releases',
  summary: 'Releases known to this platform, newest first',
  access: staff('read', 'release'),
  query: z.object({ status: ReleaseStatus.optional() }),
  response: Release,
})

export const readRelease = endpoint({
  id: 'release.read',
  method: 'GET',
  path: '/api/v1/releases/{version}',
  summary: 'One release with its migrations, its changelog and the tenants on it',
  access: staff('read', 'release'),
  params: z.object({ version: z.string() }),
  response: ReleaseDetail,
})

export const registerRelease = endpoint({
  id: 'release.register',
  method: 'POST',
  path: '/api/v1/releases',
  summary: 'Takes a stored build in: its checksums are compared first. A repeat answers the release that is there.',
  access: staff('create', 'release'),
  body: z.object({
    /** Its folder, directly below `releases/` of the platform's data directory. */
    dir: z.string().min(1).max(4096),
  }),
  response: ReleaseDetail,
  status: 201,
  errors: ['release_damaged', 'version_skew'],
})

export const yankRelease = endpoint({
  id: 'release.yank',
  method: 'POST',
  path: '/api/v1/releases/{version}/yank',
  summary: 'Takes a release back: no new tenant and no rollout may use it. Tenants on it stay and are named.',
  access: staff('update', 'release'),
  params: z.object({ version: z.string() }),
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: ReleaseDetail,
})

const Counted = z.object({ added: z.int(), removed: z.int(), changed: z.int() })

export const ReleaseDiff = z.object({
  from: z.string(),
  to: z.string(),
  /** Why a tenant on `from` cannot be brought to `to`; null when it can. */
  obstacle: z.string().nullable(),
  migrations: z.object({ added: z.array(ListedMigration), removed: z.array(ListedMigration) }),
  /** Third-party packages, from the SBOMs. */
  components: z.array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  /** Files by part: `data-plane`, `control-plane`, `assets`, `console`, `migrations`, `other`. */
  files: z.record(z.string(), Counted),
  size_bytes: z.object({ from: z.int(), to: z.int() }),
  protocol: z.object({ from: z.int(), to: z.int() }),
  /** Changelog of `to`; null where it has none. */
  changelog: z.string().nullable(),
})
export type ReleaseDiff = z.infer<typeof ReleaseDiff>

export const diffReleases = endpoint({
  id: 'release.diff',
  method: 'GET',
  path: '/api/v1/releases/{version}/diff',
  summary: 'What is different between two releases: migrations, packages, files',
  access: staff('read', 'release'),
  params: z.object({ version: z.string() }),
  query: z.object({
    /** The release to compare with: the older one. */
    from: z.string(),
  }),
  response: ReleaseDiff,
})

export const readReleaseComponents = endpoint({
  id: 'release.components',
  method: 'GET',
  path: '/api/v1/releases/{version}/sbom',
  summary: 'Software bill of materials of a release: a CycloneDX document',
  access: staff('read', 'release'),
  params: z.object({ version: z.string() }),
  response: z.record(z.string(), z.unknown()),
})
