import type { Binding } from '@cityos/contract'
import { socketRequest } from '../socket-request.ts'
import type { Child } from './child.ts'
import type { ProcessRecord, ReleaseRecord } from './state.ts'

export interface Launch {
  release: ReleaseRecord
  /** An unbound process of the release. */
  take(release: ReleaseRecord): Promise<Child>
  binding(): Binding
  /** Written down before the process is bound: should the node die now, the next one knows what to look for. */
  remember(process: ProcessRecord): void
  now(): Date
  /** Milliseconds: longest time from taking it to the first healthy answer. */
  timeoutMs: number
}

/**
 * A process bound to a tenant.
 * @throws when it does not answer its own health check in time; then it is gone again
 */
export async function launch(options: Launch): Promise<Child> {
  const { release, timeoutMs } = options
  const child = await options.take(release)
  try {
    const binding = options.binding()
    const socket = 'socket' in binding.listen ? binding.listen.socket : ''
    const started_at = options.now().toISOString()
    options.remember({ ...child.identity, socket, release: release.version, started_at, standby: binding.standby ?? false })
    child.bind(binding)
    const until = performance.now() + timeoutMs
    while ((await child.next(until - performance.now())).ready !== 'bound');
    if (!(await answers(socket, until - performance.now(), child))) throw new Error('its health check does not answer 200')
    return child
  } catch (error) {
    await child.stop(2_000)
    throw error
  }
}

/** Whether a data plane's health check answers 200 within the time, asked again and again while its process lives. */
export async function answers(socket: string, timeoutMs: number, child?: Child): Promise<boolean> {
  const until = performance.now() + timeoutMs
  for (let pause = 5; performance.now() < until; pause = Math.min(pause * 2, 200)) {
    const answer = await socketRequest(socket, 'GET', '/health', { timeoutMs: 2_000 }).catch(() => null)
    if (answer?.status === 200) return true
    if (child && !child.isAlive()) return false
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return false
}
