import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { Cluster } from './cluster/cluster.ts'
import { auditLog } from './cluster/parts/control-plane.ts'

/** One request to the API server, as its audit log has it. */
export interface LoggedRequest {
  verb: string
  /** `pods`, `deployments/status`; empty for what is no resource. */
  resource: string
  /** Null where it was about all namespaces, or about what lies in none. */
  namespace: string | null
  name: string | null
  agent: string
  /** When it was answered: milliseconds since 1970. */
  at: number
}

interface Entry {
  verb: string
  stageTimestamp: string
  userAgent?: string
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string }
}

/** What a control plane that runs as the audited account has asked of the API server, from one moment to another. */
export class RequestLog {
  private readonly file: string
  private offset: number
  private rest = ''
  private readonly requests: LoggedRequest[] = []

  constructor(cluster: Cluster) {
    this.file = auditLog(cluster.description.folder)
    this.offset = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0
  }

  /** A moment in it: what comes after it is `since` it. */
  mark(): number {
    this.read()
    return this.requests.length
  }

  /** Requests that were answered since a mark; a watch counts when it ends. */
  since(mark: number): LoggedRequest[] {
    this.read()
    return this.requests.slice(mark)
  }

  private read(): void {
    const size = statSync(this.file).size
    const part = Buffer.alloc(size - this.offset)
    const descriptor = openSync(this.file, 'r')
    readSync(descriptor, part, 0, part.length, this.offset)
    closeSync(descriptor)
    this.offset = size
    // A character may be cut in two at the end; names and paths are ASCII.
    const lines = (this.rest + part.toString('latin1')).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const { verb, userAgent = '', objectRef = {}, stageTimestamp } = JSON.parse(line) as Entry
      const { resource = '', subresource, namespace = null, name = null } = objectRef
      const about = subresource ? `${resource}/${subresource}` : resource
      this.requests.push({ verb, resource: about, namespace, name, agent: userAgent, at: Date.parse(stageTimestamp) })
    }
  }
}

/** `pulumi-kubernetes/4.26` is a run of a stack's; everything else is the control plane's own process. */
export const isOfStack = ({ agent }: LoggedRequest): boolean => /pulumi/i.test(agent)

/** Counts by verb and resource, the most frequent first. */
export function counted(requests: readonly LoggedRequest[]): [what: string, count: number][] {
  const groups = Map.groupBy(requests, ({ verb, resource }) => `${verb} ${resource}`)
  return [...groups].map(([what, each]): [string, number] => [what, each.length]).sort(([, a], [, b]) => b - a)
}
