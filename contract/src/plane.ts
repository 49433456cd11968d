import { z } from 'zod'
import { KubernetesBinding } from './cell.ts'
import { TenantDocument } from './tenant.ts'

/** What a data-plane process does for its tenant where several of them share the work. */
export const PlaneRole = z.enum(['web', 'worker'])
export type PlaneRole = z.infer<typeof PlaneRole>

/**
 * What a data-plane process reads as one JSON line on standard input (never argv or environment).
 * A process may be started long before it is bound (warm pool): it loads its code, prints `{"ready":"unbound"}`
 * on file descriptor 3 and waits. End of input before the line: it exits. After the line it opens its database,
 * listens on `listen`, prints `{"ready":"bound"}` and closes standard input.
 * Where `CITYOS_BINDING_FILE` names a file (a mounted secret), the process reads that instead and is bound at once.
 */
export const Binding = z.object({
  tenant: TenantDocument,
  /**
   * Left out: one process does everything. `web`: it answers requests and follows the control plane's stream, but runs no
   * timer, relay or workflow, reports no usage and never asks for sleep; there may be any number of them. `worker`: it does
   * what `web` processes leave, as soon as it holds the tenant's lease; nobody's requests are routed to it.
   */
  role: PlaneRole.optional(),
  /** A unix socket's path, or an address and a port: loopback on one machine, all of a pod's addresses in a cluster. */
  listen: z.union([z.object({ socket: z.string() }), z.object({ host: z.string(), port: z.int() })]),
  database: z.object({
    /** Pooled connection as the tenant's application login (row rights only). */
    url: z.string(),
    /** Direct connection of the same login, for LISTEN. */
    direct_url: z.string(),
  }),
  secrets: z.object({
    /** 32 bytes, base64: columns and archives of this tenant are encrypted with keys derived from it. */
    tenant_key: z.string(),
    /** 32 bytes, base64: signs and verifies plane-to-plane tokens. */
    plane_key: z.string(),
  }),
  /** Public keys of staff tokens (JWKS document). */
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  /** Issuer of staff tokens, as the browser reaches it: `http://cityos.localhost:8080`. */
  issuer: z.string(),
  /** Where this process reaches the control plane: unix socket path or origin. */
  control_plane: z.union([z.object({ socket: z.string() }), z.object({ origin: z.string() })]),
  /** Where this process reaches its supervisor (sleep, next wake): unix socket path; null where there is none. */
  supervisor: z.object({ socket: z.string() }).nullable(),
  /** Public origin parts of the gateway, to build addresses: `http`, `localhost`, 8080. */
  public: z.object({ scheme: z.enum(['http', 'https']), base_domain: z.string(), port: z.int().nullable() }),
  /**
   * It is started beside the process that serves: it answers, but asks for no lease and no sleep, and reports nothing,
   * before `POST /internal/activate`.
   */
  standby: z.boolean().optional(),
  /** How mail leaves; left out by a node of the release before: then it stays with the tenant's files. */
  mail: z
    .object({
      /** `smtp://user:password@host:587?from=Name%20<address>`; null: there is no server, messages are kept in `mailbox_dir`. */
      smtp_url: z.string().nullable(),
      /** Folder of this tenant's messages, made with mode 0700 when the first one comes. */
      mailbox_dir: z.string(),
    })
    .nullish(),
  /** Folder for this tenant's files. */
  files_dir: z.string(),
  release_dir: z.string(),
  /** Releases whose pages may still be open in a browser: their hashed files stay served (design §4). */
  former_release_dirs: z.array(z.string()).optional(),
  /**
   * Where no process sees the folders of other releases (a cluster): a folder shared by the tenant's web processes, in which
   * each release leaves its hashed files for the others. Takes the place of `former_release_dirs`.
   */
  kept_assets_dir: z.string().optional(),
  /** `planeProtocol` of the control plane; left out by supervisors from before it was counted. */
  protocol: z.int().optional(),
  /** Seconds without a request before the process asks to be put to sleep; 0 never. */
  idle_after: z.int(),
})
export type Binding = z.infer<typeof Binding>

/** One message of the control plane's stream to an awake data plane; numbered, replayed from the last number seen. */
export const PlaneMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), seq: z.int() }),
  z.object({ kind: z.literal('tenant'), seq: z.int(), tenant: TenantDocument }),
  z.object({ kind: z.literal('keys'), seq: z.int(), jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) }),
  z.object({ kind: z.literal('revoked'), seq: z.int(), sids: z.array(z.string()) }),
])
export type PlaneMessage = z.infer<typeof PlaneMessage>

/** What a data plane reports about itself: at `/internal/health`, and pushed while awake and before sleep. */
export const PlaneHealth = z.object({
  status: z.enum(['ok', 'degraded', 'failed']),
  release: z.string(),
  schema: z.string(),
  uptime_s: z.number(),
  tenant_version: z.int(),
  dependencies: z.record(
    z.string(),
    z.object({ status: z.enum(['ok', 'degraded', 'failed']), latency_ms: z.number().nullable(), message: z.string().optional() }),
  ),
  /** Earliest future effect of this tenant (timer row), ISO 8601; null when nothing is due. */
  next_due_at: z.string().nullable(),
  usage: z.object({
    orders: z.int(),
    gmv_amount: z.int(),
    products: z.int(),
    customers: z.int(),
    database_bytes: z.int(),
    memory_bytes: z.int(),
    requests: z.int(),
    last_request_at: z.string().nullable(),
    /** Left out by data planes of the release before. */
    vendors: z.int().optional(),
    /** Of the tenant's files. */
    storage_bytes: z.int().optional(),
  }),
  /**
   * Figures by the hour, counted anew from the tenant's own rows each time: a doubled, late or missed report changes
   * nothing, since the next one says the same again. `measured_at` decides between two reports of one hour.
   */
  meter: z
    .object({
      measured_at: z.iso.datetime(),
      hours: z.array(z.object({ hour: z.iso.datetime(), orders: z.int(), gmv_amount: z.int(), storage_mb: z.int().nullable() })).max(800),
    })
    .optional(),
})
export type PlaneHealth = z.infer<typeof PlaneHealth>

/**
 * What the control-plane process reads as one JSON line on standard input, like a data plane's `Binding`, or from the file
 * `CITYOS_BINDING_FILE` names: it listens on `listen`, brings the registry to its schema, prints `{"ready":"bound"}` on file
 * descriptor 3 and goes on with the operations that were under way.
 */
export const ControlPlaneBinding = z.object({
  listen: z.union([z.object({ socket: z.string() }), z.object({ host: z.string(), port: z.int() })]),
  /** The registry, as its owner: the process migrates it at start. */
  database: z.object({ url: z.string() }),
  /** 32 bytes, base64: seals tenant secrets and signing keys at rest. */
  root_key: z.string(),
  /** Where the node process listens: the local driver speaks to it. Null on a platform without that driver. */
  node: z.object({ socket: z.string() }).nullable(),
  /** Turns the Kubernetes driver on. */
  kubernetes: KubernetesBinding.optional(),
  public: z.object({ scheme: z.enum(['http', 'https']), base_domain: z.string(), port: z.int().nullable() }),
  /** Folder of the release this process runs from; the operator console lies in `console/operator`. */
  release_dir: z.string(),
  releases: z.array(z.object({ version: z.string(), dir: z.string(), schema: z.string() })),
  data_dir: z.string(),
  /** Where the first local operator's credential is written once, mode 0600. */
  operator_credential_path: z.string(),
  /** Test builds only: names the step boundary at which the process kills itself, e.g. `tenant-create/database/after-do`. */
  test: z.object({ kill_at: z.string().optional() }).optional(),
})
export type ControlPlaneBinding = z.infer<typeof ControlPlaneBinding>

/** What `operator_credential_path` holds. */
export const OperatorCredential = z.object({ origin: z.string(), email: z.string(), password: z.string(), created_at: z.string() })
export type OperatorCredential = z.infer<typeof OperatorCredential>
