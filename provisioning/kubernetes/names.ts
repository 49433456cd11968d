import { createHash } from 'node:crypto'
import type { Cell } from '@cityos/contract'

/** What tells the namespaces of a cell from those of another one in the same cluster. */
type Prefixed = { cluster: Pick<Cell['cluster'], 'namespace_prefix'> }
/** Of a cell that says nothing else. */
const usual: Prefixed = { cluster: { namespace_prefix: 'tenant' } }

/** `tnt_01JD…` → `tenant-01jd…`: everything a tenant has in a cell lies in the namespace of this name. @throws for what is no tenant id */
export function namespaceOf(tenantId: string, { cluster }: Prefixed = usual): string {
  return `${cluster.namespace_prefix}-${ulidOf(tenantId)}`
}

/** Whose namespace it is; null for namespaces that are no tenant's of this cell. */
export function tenantOf(namespace: string, { cluster }: Prefixed = usual): string | null {
  const [prefix, ulid = ''] = [namespace.slice(0, namespace.lastIndexOf('-')), namespace.split('-').at(-1)]
  return prefix === cluster.namespace_prefix && /^[0-9a-z]{10,40}$/.test(ulid) ? `tnt_${ulid}` : null
}

/** Pulumi's stack of a tenant. @param cell where the tenant was moved to; null for the cell it was made in */
export function stackOf(tenantId: string, cell: string | null): string {
  return `tenant-${ulidOf(tenantId)}${cell === null ? '' : `.${cell}`}`
}

function ulidOf(tenantId: string): string {
  const ulid = tenantId.replace(/^tnt_/, '').toLowerCase()
  if (!/^[0-9a-z]{10,40}$/.test(ulid)) throw new Error(`"${tenantId}" is not a tenant id`)
  return ulid
}

/** Short, DNS-safe and the same for ever: part of the names of what runs a release. */
export function releaseSuffix(version: string): string {
  return createHash('sha256').update(version).digest('hex').slice(0, 10)
}

/** The tag of a release's image; tags know no `+`. */
export const imageTag = (version: string): string => version.replaceAll('+', '-')

export function imageOf(cell: Cell, version: string): string {
  return `${cell.cluster.image.repository}:${imageTag(version)}`
}

/** Secret with the bindings of a release's processes. */
export const bindingSecret = (version: string): string => `binding-${releaseSuffix(version)}`
/** Deployment and Service of the web processes of a release. */
export const webDeployment = (version: string): string => `web-${releaseSuffix(version)}`
/** The one Deployment that runs timers, relay and workflows. */
export const workerDeployment = 'worker'
/** TLS secret of a host. */
export const certificateSecret = (host: string): string => `tls-${createHash('sha256').update(host).digest('hex').slice(0, 10)}`
/** Port of every process of a tenant. */
export const planePort = 8080
