import { z } from 'zod'
import { ResidencyZone } from './policy.ts'

/** What one Postgres cluster carries: tenants with connections of their own, or through a pooler (design §3). */
export const databaseCapacity = { direct: 300, pooled: 2500 } as const
/** Namespaces a cluster is good for; tenants take one each. */
export const namespaceCapacity = 10_000

/** Lower-case letters, digits and single hyphens: a DNS label, and short enough to be part of names. */
export const cellNamePattern = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,39}$/

const Port = z.int().min(1).max(65_535)
const Cidr = z.union([z.cidrv4(), z.cidrv6()])
/** Bytes as Kubernetes writes them. */
const Quantity = z.string().regex(/^\d+(?:\.\d+)?(?:[kMGTPE]i?)?$/, 'a quantity such as 2Gi')

/** Where a cell is, and how much of whose tenants it takes. */
export const CellPlace = z.object({
  name: z.string().regex(cellNamePattern, 'lower-case letters, digits and single hyphens, such as riyadh-1'),
  region: z.string().min(1).max(40),
  /** Where data in it lies; null: it is said nowhere, and tenants with a zone do not come here. */
  residency_zone: ResidencyZone.nullable().default(null),
  /** Only tenants on these plans; null: on any. */
  plans: z.array(z.string().max(60)).min(1).nullable().default(null),
  capacity: z
    .object({
      databases: z.int().min(0).max(databaseCapacity.pooled).default(databaseCapacity.direct),
      namespaces: z.int().min(0).max(namespaceCapacity).default(namespaceCapacity),
    })
    .prefault({}),
})
export type CellPlace = z.infer<typeof CellPlace>

/** How tenants are run there: names of things in the cluster, none of them secret. */
export const CellCluster = z.object({
  /** Tenants' namespaces are `<prefix>-<id>`: what tells two cells of one cluster apart. It must not change while tenants are there. */
  namespace_prefix: z
    .string()
    .regex(/^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,19}$/, 'lower-case letters, digits and single hyphens')
    .default('tenant'),
  image: z.object({
    /** `registry.example/cityos`; the tag is the release's version with `-` for `+`. */
    repository: z.string().min(1).max(255),
    pull_policy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
    /** Name of a `kubernetes.io/dockerconfigjson` secret in the platform's namespace, copied to each tenant; null: none is needed. */
    pull_secret: z.string().max(253).nullable().default(null),
  }),
  files: z.object({
    storage_class: z.string().max(253),
    size: Quantity.default('2Gi'),
    /** `ReadWriteOnce` is enough on one node only. */
    access_mode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).default('ReadWriteMany'),
  }),
  gateway: z.object({
    /** Gateways that routes of tenants are attached to. */
    parents: z.array(z.object({ name: z.string(), namespace: z.string(), section: z.string().nullable().default(null) })).min(1),
    /** Namespace of the gateway's pods: the only place requests to tenants come from. */
    namespace: z.string(),
    /** Address or name that DNS of tenants' hosts has to lead to; null: it is told nowhere. */
    address: z.string().min(1).max(253).nullable().default(null),
    /** GatewayClass of the Gateways that serve TLS for hosts of tenants; null: none does, and certificates are refused. */
    class_name: z.string().max(253).nullable().default(null),
    /** cert-manager `ClusterIssuer`; null: TLS is not this platform's affair there. */
    certificate_issuer: z.string().nullable().default(null),
  }),
  database: z.object({
    /** As tenants' pods reach it. */
    host: z.string(),
    port: Port.default(5432),
    /** What their NetworkPolicies let them reach. */
    cidrs: z.array(Cidr).min(1),
    /** A pooler in transaction mode in front of it; null: connections are direct. */
    pooler: z
      .object({ host: z.string(), port: Port.default(5432), cidrs: z.array(Cidr).min(1) })
      .nullable()
      .default(null),
  }),
  control_plane: z.object({
    /** As tenants' pods reach the control plane: `http://control-plane.cityos.svc:8080`. */
    origin: z.url(),
    /** Namespace of its pods. */
    namespace: z.string().default('cityos'),
  }),
  /** What tenants may reach beside their database, DNS and the control plane. */
  egress: z.array(z.object({ cidr: Cidr, port: Port })).default([]),
  /** Nodes that tenants' pods and Jobs run on, where some are set aside for them; empty: any that takes pods. */
  nodes: z
    .object({
      /** Labels a node has to have. */
      selector: z.record(z.string().min(1).max(317), z.string().max(63)).default({}),
      /** Taints of those nodes that keep everybody else away. */
      tolerations: z
        .array(
          z.object({
            key: z.string().min(1).max(317),
            /** Left out: whatever value the taint has. */
            value: z.string().max(63).optional(),
            /** Left out: whatever it does. */
            effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
          }),
        )
        .default([]),
    })
    .prefault({}),
  /** Operators that are installed there: what needs another one is left out. */
  operators: z
    .object({
      cert_manager: z.boolean().default(false),
      cloudnative_pg: z.boolean().default(false),
      keda: z.boolean().default(false),
      prometheus: z.boolean().default(false),
    })
    .prefault({}),
})
export type CellCluster = z.infer<typeof CellCluster>

/** How the control plane gets in; sealed at rest, never shown. */
export const CellAccess = z.object({
  /** Kubeconfig as YAML or JSON; null: the service account of the control plane's own pod. */
  kubeconfig: z.string().min(1).max(65_536).nullable().default(null),
  /** Postgres as the control plane reaches it, directly, as a role that may make databases and roles. */
  database_url: z.string().regex(/^postgres(?:ql)?:\/\//, 'a URL such as postgres://cityos@host:5432/postgres'),
})
export type CellAccess = z.infer<typeof CellAccess>

/** A cluster with its Postgres, in which tenants are run: everything a driver needs to know about it. */
export const Cell = CellPlace.extend({ cluster: CellCluster, access: CellAccess })
export type Cell = z.infer<typeof Cell>

/** What turns the Kubernetes driver on. */
export const KubernetesBinding = z.object({
  /** Postgres for the driver's own state and Pulumi's: `postgres://…/cityos_state`. */
  state_url: z.string(),
  /** Folder for the archives of tenants in clusters, the same for all replicas; left out: there are no backups, copies and moves. */
  archives_dir: z.string().optional(),
  /** Cells from the installation; they are taken into the registry at every start. */
  cells: z.array(Cell).default([]),
})
export type KubernetesBinding = z.infer<typeof KubernetesBinding>
