import { socketRequest } from '../socket-request.ts'

/** Unanswered probes in a row after which a process counts as hung. */
const mostMissed = 4

/**
 * Asks a process again and again whether it still answers: one that hangs does not end by itself, so its exit is never
 * seen. Any answer counts, also an unhappy one; the probe's host is no tenant's, so it does not keep anyone awake.
 */
export class Liveness {
  private readonly timer: NodeJS.Timeout
  private missed = 0
  private asking = false

  /** @param onHung called once, when the process has stopped answering */
  constructor(socket: string, intervalMs: number, onHung: () => void) {
    this.timer = setInterval(async () => {
      if (this.asking) return
      this.asking = true
      const answered = await socketRequest(socket, 'GET', '/health', { timeoutMs: intervalMs }).then(
        () => true,
        () => false,
      )
      this.asking = false
      this.missed = answered ? 0 : this.missed + 1
      if (this.missed < mostMissed) return
      this.stop()
      onHung()
    }, intervalMs)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }
}
