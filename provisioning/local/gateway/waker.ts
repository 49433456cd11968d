import { WakeAnswer } from '../node/api.ts'
import { socketRequest } from '../socket-request.ts'

/** Asks the node to wake tenants; requests for the same one share the question. */
export class Waker {
  private readonly nodeSocket: string
  private readonly holdMs: number
  private readonly asked = new Map<string, Promise<string | null>>()
  private readonly held = new Map<string, number>()
  private readonly failed: (error: unknown) => void
  /** More than this many requests do not wait for one tenant. */
  private readonly mostHeld = 500

  constructor(nodeSocket: string, holdMs: number, failed: (error: unknown) => void) {
    this.nodeSocket = nodeSocket
    this.holdMs = holdMs
    this.failed = failed
  }

  /** @returns the socket of the awake data plane; null when it is not awake after the longest time a request is held */
  async wake(tenantId: string): Promise<string | null> {
    const held = this.held.get(tenantId) ?? 0
    if (held >= this.mostHeld) return null
    this.held.set(tenantId, held + 1)
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), this.holdMs)
    })
    try {
      return await Promise.race([this.ask(tenantId), enough])
    } finally {
      clearTimeout(timer)
      const left = (this.held.get(tenantId) ?? 1) - 1
      if (left > 0) this.held.set(tenantId, left)
      else this.held.delete(tenantId)
    }
  }

  private ask(tenantId: string): Promise<string | null> {
    let question = this.asked.get(tenantId)
    if (!question) {
      question = socketRequest(this.nodeSocket, 'POST', `/planes/${tenantId}/wake`, { timeoutMs: 60_000 })
        .then((answer) => (answer.status === 200 ? WakeAnswer.parse(answer.body).socket : null))
        .catch((error: unknown) => {
          this.failed(error)
          return null
        })
        .finally(() => this.asked.delete(tenantId))
      this.asked.set(tenantId, question)
    }
    return question
  }
}
