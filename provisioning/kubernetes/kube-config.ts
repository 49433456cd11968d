import { type Cell, DomainError } from '@cityos/contract'
import { KubeConfig, type RequestContext } from '@kubernetes/client-node'

/** Connections are kept with the configuration they were made for: those of a way in are the same for all questions. */
const known = new Map<string, KubeConfig>()
/** Ways in that are kept: of those that were replaced nobody needs the connections any more. */
const most = 64

/**
 * How questions are put. A connection on which nothing is answered in time is given up. Not by HTTP/2: while a cluster is silent, one
 * question after the other would wait for the connection that all share.
 */
const patience = { allowH2: false, headersTimeout: 10_000 }

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>

/** The client makes a dispatcher, and so opens a connection, for every question. Here the first one stays. */
class LastingKubeConfig extends KubeConfig {
  #dispatcher: Dispatcher | undefined

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context)
    this.#dispatcher ??= context
      .getDispatcher()
      ?.compose((dispatch) => (options, handler) => dispatch({ ...options, ...patience }, handler))
    if (this.#dispatcher) context.setDispatcher(this.#dispatcher)
  }
}

/**
 * How to get into a cell's cluster: its kubeconfig, or the service account of the pod this process runs in.
 * @throws DomainError cluster_forbidden that names the cell and says what it lacks
 */
export function kubeConfigOf(cell: Pick<Cell, 'name' | 'access'>): KubeConfig {
  const text = cell.access.kubeconfig
  const kept = known.get(text ?? '')
  if (kept) return kept
  const config = new LastingKubeConfig()
  if (text === null) {
    if (!process.env['KUBERNETES_SERVICE_HOST'])
      throw noWayIn(cell.name, `cell ${cell.name} has no kubeconfig, and this process runs in no pod whose service account it could use`)
    config.loadFromCluster()
  } else read(config, cell.name, text)
  if (!config.getCurrentCluster()) throw noWayIn(cell.name, `the kubeconfig of cell ${cell.name} names no cluster as its current context`)
  known.set(text ?? '', config)
  for (const oldest of known.keys()) if (known.size > most) known.delete(oldest)
  return config
}

function read(config: KubeConfig, cell: string, text: string): void {
  try {
    config.loadFromString(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    throw noWayIn(cell, `the kubeconfig of cell ${cell} cannot be read (${reason})`, error)
  }
}

function noWayIn(cell: string, what: string, cause?: unknown): DomainError {
  return new DomainError('cluster_forbidden', { message: `${what}: give the cell a kubeconfig`, details: { cell }, cause })
}
