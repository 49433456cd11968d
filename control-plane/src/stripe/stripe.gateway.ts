import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import Stripe from 'stripe'
import { Clock } from '../clock.ts'
import { type StripeSettings, stripeSettings, stripeVersion } from './stripe.settings.ts'

/** Failures in a row after which calls are refused for a while. */
const trip = 5
/** Milliseconds until one call may try again. */
const rest = 30_000

export type BreakerState = 'closed' | 'open' | 'half_open'

/** The one way to the payment provider: pinned version, ten seconds a call, and a breaker in front. */
@Injectable()
export class StripeGateway {
  readonly settings: StripeSettings | null
  readonly #client: Stripe | null
  #failures = 0
  #openUntil = 0
  #lastSuccess: Date | null = null

  constructor(private readonly clock: Clock) {
    this.settings = stripeSettings()
    this.#client = this.settings ? clientOf(this.settings) : null
  }

  get configured(): boolean {
    return this.#client !== null
  }

  get breaker(): BreakerState {
    if (this.#openUntil === 0) return 'closed'
    const left = this.#openUntil - this.clock.now().getTime()
    // More than a whole rest left: somebody set the clock back, and waiting for it would last as long.
    return left > 0 && left <= rest ? 'open' : 'half_open'
  }

  get lastSuccess(): Date | null {
    return this.#lastSuccess
  }

  /**
   * Asks the provider. What it refuses (a bad request, a declined card) passes through and does not count against it.
   * @throws DomainError dependency_unavailable while it is down or the breaker is open
   */
  async call<T>(work: (client: Stripe) => Promise<T>): Promise<T> {
    if (!this.#client) throw new DomainError('not_found', { message: 'no payment provider is configured' })
    if (this.breaker === 'open') throw unavailable('the breaker is open')
    try {
      const answer = await work(this.#client)
      this.#failures = 0
      this.#openUntil = 0
      this.#lastSuccess = this.clock.now()
      return answer
    } catch (error) {
      if (!isOutage(error)) throw error
      this.#failures += 1
      if (this.#failures >= trip || this.breaker === 'half_open') this.#openUntil = this.clock.now().getTime() + rest
      throw unavailable(error instanceof Error ? error.message : String(error), error)
    }
  }

  /**
   * An event that the provider signed, from the body exactly as it came. Its age does not matter: an event is taken once,
   * and only says where to look.
   * @throws DomainError invalid_request for any other body
   */
  verified(body: string, signature: string): Stripe.Event {
    const secret = this.settings?.webhookSecret
    if (!this.#client || !secret) throw new DomainError('not_found')
    try {
      return this.#client.webhooks.constructEvent(body, signature, secret, Number.MAX_SAFE_INTEGER)
    } catch (cause) {
      throw new DomainError('invalid_request', {
        message: 'the signature is not the payment provider’s',
        details: { reason: 'signature' },
        cause,
      })
    }
  }
}

function clientOf(settings: StripeSettings): Stripe {
  const at = settings.origin ? new URL(settings.origin) : null
  return new Stripe(settings.secretKey, {
    apiVersion: stripeVersion,
    maxNetworkRetries: 0,
    timeout: 10_000,
    telemetry: false,
    appInfo: { name: 'Dakkah CityOS' },
    ...(at
      ? { host: at.hostname, port: Number(at.port), protocol: at.protocol === 'https:' ? ('https' as const) : ('http' as const) }
      : {}),
  })
}

/** Not reached, too slow, too busy, or broken over there: worth trying again. */
function isOutage(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeConnectionError || error instanceof Stripe.errors.StripeRateLimitError) return true
  if (error instanceof Stripe.errors.StripeError) return (error.statusCode ?? 500) >= 500
  return false
}

const unavailable = (why: string, cause?: unknown) =>
  new DomainError('dependency_unavailable', {
    message: `the payment provider cannot be reached: ${why}`,
    details: { dependency: 'stripe' },
    cause,
  })
