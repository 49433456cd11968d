import { completesCart, latencyBucket, noTraffic, type TrafficCounts } from '@cityos/contract'
import type { TrafficSample } from '../../upgrade.ts'
import type { TenantRoute } from './routes.ts'

/** One request of a tenant, from when it is handed on: answered or broken, or neither when the client has gone. */
export interface CountedRequest {
  /** @param milliseconds from handing it on to the head of the answer; null for an event stream, whose time says nothing */
  answered(status: number, milliseconds: number | null): void
  /** There was no answer. */
  broken(): void
  /** The answer that had begun ended too early. */
  brokeOff(): void
}

/** What the gate of a rollout looks at: requests by tenant and release since this gateway started. */
export class Traffic {
  private readonly epoch: string
  private readonly counts = new Map<string, { tenantId: string; release: string; counted: TrafficCounts }>()

  /** @param epoch when this gateway started, ISO 8601 */
  constructor(epoch: string) {
    this.epoch = epoch
  }

  /** A request is about to be handed on. @returns null for what is no traffic: probes, and tenants without a release */
  begin(route: TenantRoute, method: string, path: string): CountedRequest | null {
    if (!route.release || path === '/health') return null
    const counted = this.of(route.tenant_id, route.release)
    const checkout = completesCart(method, path)
    let failed = false
    const fail = (): void => {
      if (failed) return
      failed = true
      counted.errors += 1
      if (checkout) counted.failedCheckouts += 1
    }
    const count = (): void => {
      counted.requests += 1
      if (checkout) counted.checkouts += 1
    }
    return {
      answered(status, milliseconds) {
        count()
        if (status >= 500) fail()
        if (milliseconds !== null) counted.latency[latencyBucket(milliseconds)]! += 1
      },
      broken() {
        count()
        fail()
      },
      brokeOff: fail,
    }
  }

  samples(): TrafficSample[] {
    return [...this.counts.values()].map(({ tenantId, release, counted }) => ({
      tenantId,
      release,
      epoch: this.epoch,
      ...counted,
      latency: [...counted.latency],
    }))
  }

  private of(tenantId: string, release: string): TrafficCounts {
    const key = `${tenantId} ${release}`
    let entry = this.counts.get(key)
    if (!entry) {
      entry = { tenantId, release, counted: noTraffic() }
      this.counts.set(key, entry)
    }
    return entry.counted
  }
}
