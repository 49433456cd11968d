import { createHash } from 'node:crypto'
import type { Cell } from '@cityos/contract'

/** `tnt_01JD…` → `tenant-01jd…`: everything of a tenant lies in the namespace of this name. @throws for what is no tenant id */
export function namespaceOf(tenantId: string): string {
  const ulid = tenantId.replace(/^tnt_/, '').toLowerCase()
  if (!/^[0-9a-z]{10,40}$/.test(ulid)) throw new Error(`"${tenantId}" is not a tenant id`)
  return `tenant-${ulid}`
}

/** Whose namespace it is; null for namespaces that are no tenant's. */
export function tenantOf(namespace: string): string | null {
  const ulid = /^tenant-([0-9a-z]{10,40})$/.exec(namespace)?.[1]
  return ulid === undefined ? null : `tnt_${ulid}`
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
