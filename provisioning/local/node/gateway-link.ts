import type { TrafficSample } from '../../upgrade.ts'
import { SettleAnswer, type SettleRequest, TrafficAnswer } from '../gateway/control.ts'
import { socketRequest } from '../socket-request.ts'

const noGateway = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** What the node asks the gateway. One that is away has nothing under way, and reads the newest routes when it comes back. */
export class GatewayLink {
  private readonly socket: string

  constructor(socket: string) {
    this.socket = socket
  }

  /**
   * The gateway goes by the newest routes, and nothing is under way to `socket` any more, or the time is up.
   * @returns whether nothing was left
   */
  async settle(socket: string, timeoutMs: number): Promise<boolean> {
    const body: SettleRequest = { socket, timeout_ms: timeoutMs }
    const answer = await this.ask(() => socketRequest(this.socket, 'POST', '/settle', { body, timeoutMs: timeoutMs + 5_000 }))
    return answer === null || SettleAnswer.parse(answer.body).requests === 0
  }

  async traffic(): Promise<TrafficSample[]> {
    const answer = await this.ask(() => socketRequest(this.socket, 'GET', '/traffic', { timeoutMs: 5_000 }))
    return answer === null ? [] : TrafficAnswer.parse(answer.body)
  }

  private async ask<T>(question: () => Promise<T>): Promise<T | null> {
    try {
      return await question()
    } catch (error) {
      if (noGateway.has((error as NodeJS.ErrnoException).code ?? '')) return null
      throw error
    }
  }
}
