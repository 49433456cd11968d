import type { Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import type { RolloutEvent, RolloutEventKind, RolloutNews, RolloutTenant, RolloutTenantStatus } from './rollout.contract.ts'
import { RolloutPlanner } from './rollout.planner.ts'
import { RolloutService } from './rollout.service.ts'
import { viewEvent } from './rollout.timeline.ts'
import { viewRolloutTenant } from './rollout.view.ts'

interface Paging {
  limit: number
  offset: number
}

/** Tenants and timeline of a rollout, as lists and live. */
@Injectable()
export class RolloutReader {
  constructor(
    private readonly registry: Registry,
    private readonly signals: Signals,
    private readonly rollouts: RolloutService,
    private readonly planner: RolloutPlanner,
  ) {}

  async tenants(
    id: string,
    filter: Paging & {
      ring?: number | undefined
      status?: RolloutTenantStatus | undefined
      control?: boolean | undefined
      q?: string | undefined
    },
  ): Promise<Page<RolloutTenant>> {
    const rollout = await this.rollouts.find(id)
    const where = {
      rollout_id: rollout.id,
      ...(filter.ring === undefined ? {} : { ring: filter.ring }),
      ...(filter.status ? { status: filter.status } : {}),
      ...(filter.control === undefined ? {} : { control: filter.control }),
      ...(filter.q ? { slug: { contains: filter.q } } : {}),
    }
    const { db } = this.registry
    const [rows, total, { seconds }] = await Promise.all([
      db.rollout_tenant.findMany({ where, orderBy: [{ ring: 'asc' }, { slug: 'asc' }], take: filter.limit, skip: filter.offset }),
      db.rollout_tenant.count({ where }),
      this.planner.prediction(),
    ])
    return { items: rows.map((row) => viewRolloutTenant(row, rollout.ring_rows, seconds)), total }
  }

  async timeline(
    id: string,
    filter: Paging & {
      kind?: RolloutEventKind | undefined
      tenant_id?: string | undefined
      ring?: string | undefined
      order?: string | undefined
    },
  ): Promise<Page<RolloutEvent>> {
    const rollout = await this.rollouts.find(id)
    const where = {
      rollout_id: rollout.id,
      ...(filter.kind ? { kind: filter.kind } : {}),
      ...(filter.tenant_id ? { tenant_id: filter.tenant_id } : {}),
      ...(filter.ring ? { ring: filter.ring } : {}),
    }
    const direction = filter.order === 'sequence' ? 'asc' : 'desc'
    const [rows, total] = await Promise.all([
      this.registry.db.rollout_event.findMany({ where, orderBy: { sequence: direction }, take: filter.limit, skip: filter.offset }),
      this.registry.db.rollout_event.count({ where }),
    ])
    return { items: rows.map(viewEvent), total }
  }

  /** The timeline after `after`, then live; ends when the rollout has ended. */
  async *news(ctx: RequestContext, id: string, after: number): AsyncGenerator<RolloutNews> {
    const heard = this.signals.subscribe(`rollout:${id}`)
    let seen = BigInt(after)
    let ended = false
    try {
      while (!ctx.signal.aborted) {
        const events = await this.registry.db.rollout_event.findMany({
          where: { rollout_id: id, sequence: { gt: seen } },
          orderBy: { sequence: 'asc' },
          take: 200,
        })
        const rollout = await this.rollouts.read(id)
        for (const event of events) {
          seen = event.sequence
          yield { ...viewEvent(event), rollout }
        }
        if (events.length > 0) continue
        // Its last line may have been written between the two reads: look once more after it has ended.
        if (ended) return
        ended = rollout.status === 'succeeded' || rollout.status === 'rolled_back'
        if (!ended) await heard.next(5_000, ctx.signal)
      }
    } finally {
      heard.close()
    }
  }
}
