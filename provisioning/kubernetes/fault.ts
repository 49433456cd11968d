import { DomainError } from '@cityos/contract'
import { ApiException } from '@kubernetes/client-node'

/** What was asked of which cluster. */
export interface Asked {
  /** Name of the cell. */
  cell: string
  /** `namespace tenant-01k…`, in words. */
  what: string
}

/** Kinds of operators that may be missing, by API group. */
const operators: Record<string, string> = {
  'cert-manager.io': 'cert-manager',
  'postgresql.cnpg.io': 'CloudNativePG',
  'keda.sh': 'KEDA',
  'http.keda.sh': 'the KEDA HTTP add-on',
  'monitoring.coreos.com': 'the Prometheus operator',
  'gateway.networking.k8s.io': 'the Gateway API and a gateway',
}

/** From whatever a cluster answered, or did not, to an error that says what to do about it. */
export function faultOf(error: unknown, asked: Asked): DomainError {
  if (error instanceof DomainError) return error
  if (error instanceof ApiException) return refusalOf(error, asked)
  const reason = reasonOf(error)
  return new DomainError('cluster_unreachable', {
    message: `cell ${asked.cell} does not answer (${reason}): is its API server up and reachable from the control plane?`,
    details: { cell: asked.cell, what: asked.what, reason },
    cause: error,
  })
}

/** What Pulumi says of a kind its cluster does not know, of an object by itself and of one in a chart. */
const unknownKinds = [
  /no matches for kind "(?<kind>[^"]+)" in version "(?<group>[^"/]+)\/[^"]+"/,
  /if the following GVK is namespaced: (?<group>[^\s/]+)\/\w+, Kind=(?<kind>\w+)/,
]
const noAnswer =
  /connection refused|connection reset|cluster is unreachable|i\/o timeout|no route to host|TLS handshake timeout|unexpected EOF/

/** From what Pulumi complained about in a run; null when its words name no fault of the cluster. */
export function faultOfRun(said: string, asked: Asked, cause: unknown): DomainError | null {
  const { kind, group } = unknownKinds.map((pattern) => pattern.exec(said)?.groups).find(Boolean) ?? {}
  if (kind && group) return operatorMissing(asked.cell, `${kind}.${group}`, operators[group] ?? `what brings ${group}`, cause)
  if (/is forbidden|because it is being terminated/.test(said)) return forbiddenFault(said, asked, cause)
  if (noAnswer.test(said))
    return new DomainError('cluster_unreachable', {
      message: `cell ${asked.cell} stopped answering while the stack was worked on: ${said}`,
      details: { ...asked, reason: said },
      cause,
    })
  return null
}

/** `configmaps is forbidden: User "…" cannot list resource "configmaps" in API group "" in the namespace "…"` */
const forbidden = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/

function refusalOf(error: ApiException<unknown>, { cell, what }: Asked): DomainError {
  const said = messageOf(error.body) ?? `answer ${error.code}`
  const details = { cell, what, status: error.code }
  if (error.code === 401)
    return new DomainError('cluster_forbidden', {
      message: `cell ${cell} does not accept the control plane’s credentials`,
      details,
      cause: error,
    })
  if (error.code === 403) return forbiddenFault(said, { cell, what }, error)
  if (error.code === 404) {
    const group = /the server could not find the requested resource/.test(said) ? operatorOf(what) : undefined
    if (group) return operatorMissing(cell, what, group, error)
    return new DomainError('not_found', { message: `${what} is not in cell ${cell}`, details, cause: error })
  }
  if (error.code === 429 || error.code >= 500)
    return new DomainError('cluster_unreachable', { message: `cell ${cell} cannot answer now: ${said}`, details, cause: error })
  return new DomainError('dependency_unavailable', { message: `cell ${cell} refused ${what}: ${said}`, details, cause: error })
}

/** Quotas and terminating namespaces refuse with 403 as well; a missing right names verb and resource. */
function forbiddenFault(said: string, { cell, what }: Asked, cause: unknown): DomainError {
  if (said.includes('exceeded quota')) return new DomainError('quota_exceeded', { message: `${what}: ${said}`, details: { cell }, cause })
  if (said.includes('because it is being terminated'))
    return new DomainError('namespace_terminating', { message: said, details: { cell }, cause })
  const [, verb, resource, group, namespace] = forbidden.exec(said) ?? []
  const named = resource ? `${verb} ${resource}${group ? `.${group}` : ''}${namespace ? ` in ${namespace}` : ''}` : what
  return new DomainError('cluster_forbidden', {
    message: `in cell ${cell} the platform may not ${named}: give its role that verb (charts/control-plane)`,
    details: { cell, verb: verb ?? null, resource: resource ?? null, group: group ?? null, namespace: namespace ?? null },
    cause,
  })
}

function operatorMissing(cell: string, what: string, operator: string, cause: unknown): DomainError {
  return new DomainError('cluster_operator_missing', {
    message: `cell ${cell} does not know ${what}: install ${operator} there, or turn it off in the cell`,
    details: { cell, what, operator },
    cause,
  })
}

function operatorOf(what: string): string | undefined {
  return Object.entries(operators).find(([group]) => what.includes(group))?.[1]
}

function messageOf(body: unknown): string | undefined {
  if (typeof body === 'string') {
    try {
      return messageOf(JSON.parse(body))
    } catch {
      return body.slice(0, 300) // plain text of a proxy in between
    }
  }
  const message = (body as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message : undefined
}

/** The innermost reason: what wraps it says only that a request failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reasonOf(error.cause)
  const code = (error as NodeJS.ErrnoException).code
  return code && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}
