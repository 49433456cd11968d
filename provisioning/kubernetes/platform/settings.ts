import { CellAccess, CellCluster, CellPlace } from '@cityos/contract'
import { z } from 'zod'

/** A cell of the installation: all but what lets somebody in, and with the control plane's address filled in. */
const InstalledCell = CellPlace.extend({ cluster: CellCluster.omit({ control_plane: true }) })

/** The values of one environment, as `Pulumi.<stack>.yaml` has them under `cityos:platform`; nothing in it is secret. */
export const PlatformSettings = z.strictObject({
  namespace: z.string().default('cityos'),
  image: z.strictObject({
    /** `registry.example/cityos-control-plane`: the release's image with Pulumi in it. */
    repository: z.string().min(1),
    /** The release's version with `-` for `+`. */
    tag: z.string().min(1),
    pull_policy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
    pull_secret: z.string().nullable().default(null),
  }),
  replicas: z.int().min(1).max(5).default(2),
  /** As browsers reach it: the console at `cityos.<base_domain>`, tenants at `<slug>.<base_domain>`. */
  public: z.strictObject({
    scheme: z.enum(['http', 'https']).default('https'),
    base_domain: z.string().min(1),
    port: z.int().nullable().default(null),
  }),
  gateway: z.strictObject({
    parents: z.array(z.strictObject({ name: z.string(), namespace: z.string(), section: z.string().nullable().default(null) })).min(1),
    /** Namespace of the gateway's pods. */
    namespace: z.string(),
    certificate_issuer: z.string().nullable().default(null),
  }),
  /** Of the registry and the state of stacks. */
  database: z.discriminatedUnion('kind', [
    /** A Postgres that is there already: the secrets `databaseUrl` and `stateUrl` say where. */
    z.strictObject({ kind: z.literal('outside'), cidrs: z.array(z.string()).min(1) }),
    /** A cluster of CloudNativePG in the platform's namespace; the secret `databasePassword` is its owner's. */
    z.strictObject({
      kind: z.literal('cloudnative-pg'),
      instances: z.int().min(1).default(3),
      size: z.string().default('20Gi'),
      storage_class: z.string().nullable().default(null),
      /** Cron with seconds, as CloudNativePG has it; null: no backups by schedule. */
      backup_schedule: z.string().nullable().default('0 0 2 * * *'),
    }),
  ]),
  /** Volume for the archives of tenants; null: there are no backups, copies, rehearsals and moves. */
  archives: z
    .strictObject({
      size: z.string().default('50Gi'),
      storage_class: z.string().nullable().default(null),
      /** `ReadWriteOnce` is enough where all replicas are on one node. */
      access_mode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).default('ReadWriteMany'),
    })
    .nullable()
    .default(null),
  /** Where the API servers of cells outside this cluster are, for the network policy. */
  api_servers: z.array(z.strictObject({ cidr: z.string(), port: z.int() })).default([]),
  monitoring: z.strictObject({ service_monitor: z.boolean().default(false) }).prefault({}),
  cells: z.array(InstalledCell).default([]),
})
export type PlatformSettings = z.infer<typeof PlatformSettings>

/** What `pulumi config set --secret` keeps encrypted. */
export const PlatformSecrets = z.strictObject({
  /** 32 bytes, base64: `openssl rand -base64 32`. Without it nothing sealed can ever be read again. */
  rootKey: z.string().refine((key) => Buffer.from(key, 'base64').length === 32, 'it must be 32 bytes in base64: openssl rand -base64 32'),
  /** Of the first operator; to be changed after the first sign-in. */
  operatorPassword: z.string().min(12),
  databaseUrl: z.string().optional(),
  stateUrl: z.string().optional(),
  databasePassword: z.string().optional(),
  smtpUrl: z.string().optional(),
  /** By name of the cell. */
  cellAccess: z.record(z.string(), CellAccess).default({}),
})
export type PlatformSecrets = z.infer<typeof PlatformSecrets>
