import { DomainError, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { TimelineEntry } from './rollout.changes.ts'
import type { CreateRollout, Rollout, RolloutStatus } from './rollout.contract.ts'
import { writePlan } from './rollout.plan.rows.ts'
import { inProgress, RolloutPlanner } from './rollout.planner.ts'
import { stopOperation } from './rollout.stop.ts'
import { appendEvents } from './rollout.timeline.ts'
import { type RolloutWithRings, viewRollouts, withRings } from './rollout.view.ts'
import { freezeNow, frozen } from './upgrade.rules.ts'

const active = ['running', 'paused', 'rolling_back']

/** Making, watching and steering rollouts; the work itself is the runner's. */
@Injectable()
export class RolloutService {
  constructor(
    private readonly registry: Registry,
    private readonly planner: RolloutPlanner,
    private readonly staff: StaffService,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError unknown_release | validation_failed | rollout_in_progress | fleet_frozen | invalid_transition */
  async create(ctx: RequestContext, asked: CreateRollout): Promise<Rollout> {
    try {
      return await this.registry.within(ctx, async (tx) => {
        const plan = await this.planner.plan(tx, asked)
        const now = this.clock.now()
        const id = newId('rlt')
        await writePlan(tx, id, plan, asked, { by: auditOf(ctx).actor, correlationId: ctx.correlationId }, now)
        const parameters = {
          to: asked.to,
          tenants: plan.rings.reduce((sum, ring) => sum + ring.tenants.length, 0),
          rings: asked.rings.length,
        }
        await appendEvents(tx, id, now, [{ kind: 'planned', ring: null, tenant: null, parameters, gate: null }])
        await this.#note(tx, ctx, id, 'create', { to: asked.to, rings: asked.rings.join(',') })
        if (asked.start) await this.#start(tx, ctx, id)
        return this.#viewOf(tx, id)
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw await this.#other()
      throw error
    }
  }

  async list(filter: {
    status?: RolloutStatus | undefined
    active?: boolean | undefined
    to?: string | undefined
    limit: number
    offset: number
  }): Promise<Page<Rollout>> {
    const where = {
      ...(filter.status ? { status: filter.status } : filter.active === true ? { status: { in: active } } : {}),
      ...(filter.to ? { to_release: filter.to } : {}),
    }
    const [rows, total] = await Promise.all([
      this.registry.db.rollout.findMany({
        where,
        orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
        take: filter.limit,
        skip: filter.offset,
        include: withRings,
      }),
      this.registry.db.rollout.count({ where }),
    ])
    return { items: await this.#views(this.registry.db, rows), total }
  }

  /** @param id or `latest` @throws DomainError not_found */
  async read(id: string): Promise<Rollout> {
    const [view] = await this.#views(this.registry.db, [await this.find(id)])
    return view!
  }

  /** @throws DomainError not_found */
  async find(id: string): Promise<RolloutWithRings> {
    const latest = id === 'latest'
    const row = await this.registry.db.rollout.findFirst({
      where: latest ? {} : { id },
      orderBy: [{ created_at: 'desc' }, { id: 'desc' }],
      include: withRings,
    })
    if (!row)
      throw new DomainError('not_found', { message: latest ? 'there has been no rollout yet' : `there is no rollout ${id.slice(0, 60)}` })
    return row
  }

  start(ctx: RequestContext, id: string): Promise<Rollout> {
    return this.#steer(ctx, id, ['planned'], 'started', (tx, row) => this.#start(tx, ctx, row.id))
  }

  pause(ctx: RequestContext, id: string, reason: string): Promise<Rollout> {
    return this.#steer(ctx, id, ['running'], 'paused', async (tx, row) => {
      await tx.rollout.update({ where: { id: row.id }, data: { status: 'paused', paused_reason: reason || null } })
      await this.#say(tx, ctx, row.id, { kind: 'paused', parameters: reason ? { reason } : {} })
      await this.#note(tx, ctx, row.id, 'pause', {}, reason)
    })
  }

  resume(ctx: RequestContext, id: string): Promise<Rollout> {
    return this.#steer(ctx, id, ['paused'], 'resumed', async (tx, row) => {
      await tx.rollout.update({ where: { id: row.id }, data: { status: 'running', paused_reason: null } })
      await this.#say(tx, ctx, row.id, { kind: 'resumed' })
      await this.#note(tx, ctx, row.id, 'resume', {})
    })
  }

  /** @throws DomainError validation_failed unless exactly one of ring and tenant is named | invalid_transition */
  skip(
    ctx: RequestContext,
    id: string,
    asked: { ring?: number | undefined; tenant_id?: string | undefined; reason: string },
  ): Promise<Rollout> {
    if ((asked.ring === undefined) === (asked.tenant_id === undefined))
      throw new DomainError('validation_failed', { field: 'ring', message: 'name a ring or a tenant' })
    return this.#steer(ctx, id, ['running', 'paused', 'rolling_back'], 'changed', async (tx, row) => {
      if (asked.tenant_id !== undefined) await this.#skipTenant(tx, ctx, row, asked.tenant_id, asked.reason)
      else await this.#skipRing(tx, ctx, row, asked.ring ?? 0, asked.reason)
      await this.#note(tx, ctx, row.id, 'skip', { ring: asked.ring ?? null, tenant_id: asked.tenant_id ?? null }, asked.reason)
    })
  }

  /** Everything goes back, or the ring it is at. @throws DomainError invalid_transition | rollout_in_progress */
  async rollBack(ctx: RequestContext, id: string, scope: 'all' | 'ring', reason: string): Promise<Rollout> {
    const back = async (tx: Tx, row: RolloutWithRings) => {
      const now = this.clock.now()
      const at = row.ring_rows.find((ring) => ['pending', 'upgrading', 'soaking'].includes(ring.status))
      const started = row.ring_rows.filter((ring) => ['upgrading', 'soaking', 'passed'].includes(ring.status))
      const rings = scope === 'all' ? started : started.filter((ring) => ring === (at ?? row.ring_rows.at(-1)))
      const message = `asked for by hand: ${reason}`
      const failure = {
        ring: (at ?? row.ring_rows.at(-1))?.name ?? '',
        at: now.toISOString(),
        figure: 'by_hand',
        value: null,
        limit: null,
        message,
      }
      await tx.rollout.update({
        where: { id: row.id },
        data: { status: 'rolling_back', back_scope: scope, failure: json(failure), finished_at: null },
      })
      const positions = rings.map((ring) => ring.position)
      await tx.rollout_ring.updateMany({ where: { rollout_id: row.id, position: { in: positions } }, data: { status: 'rolling_back' } })
      await this.#say(tx, ctx, row.id, { kind: 'roll_back_asked', parameters: { scope, reason } })
      await this.#note(tx, ctx, row.id, 'roll_back', { scope }, reason)
    }
    try {
      return await this.#steer(ctx, id, ['running', 'paused', 'succeeded'], 'rolled back', back)
    } catch (error) {
      if (isUniqueViolation(error)) throw await this.#other()
      throw error
    }
  }

  async #start(tx: Tx, ctx: RequestContext, id: string): Promise<void> {
    const now = this.clock.now()
    const freeze = await freezeNow(tx, now)
    if (freeze) throw frozen(freeze.reason)
    const other = await tx.rollout.findFirst({ where: { status: { in: active } } })
    if (other) throw inProgress(other)
    await tx.rollout.update({ where: { id }, data: { status: 'running', started_at: now } })
    await this.#say(tx, ctx, id, { kind: 'started' })
    await this.#note(tx, ctx, id, 'start', {})
    await Signals.announce(tx, 'rollouts')
  }

  async #skipTenant(tx: Tx, ctx: RequestContext, row: RolloutWithRings, tenantId: string, reason: string): Promise<void> {
    const found = await tx.rollout_tenant.findFirst({ where: { rollout_id: row.id, OR: [{ tenant_id: tenantId }, { slug: tenantId }] } })
    if (!found) throw new DomainError('not_found', { message: 'this tenant is not part of the rollout' })
    const stuck = found.status === 'rolling_back' && found.operation_id === null
    const underWay = found.status === 'upgrading'
    if (found.status !== 'pending' && !stuck && !underWay)
      throw new DomainError('invalid_transition', {
        message: `${found.slug} is ${found.status}: only one that waits or is being upgraded can be left out`,
      })
    const why = stuck ? 'rollback_skipped' : 'skipped_by_hand'
    if (underWay && found.operation_id) await stopOperation(tx, found.operation_id, this.clock.now())
    await tx.rollout_tenant.update({
      where: { rollout_id_tenant_id: { rollout_id: row.id, tenant_id: found.tenant_id } },
      data: underWay
        ? { wedged: true, reason: why, message: reason }
        : { status: 'skipped', reason: why, message: reason, retry_at: null, window_opens_at: null, finished_at: this.clock.now() },
    })
    const ring = row.ring_rows.find((candidate) => candidate.position === found.ring)?.name ?? null
    await this.#say(tx, ctx, row.id, {
      kind: 'tenant_skipped',
      ring,
      tenant: { id: found.tenant_id, slug: found.slug },
      parameters: { reason },
    })
  }

  /** Who waits is left out; a ring that soaks has soaked enough. */
  async #skipRing(tx: Tx, ctx: RequestContext, row: RolloutWithRings, position: number, reason: string): Promise<void> {
    const ring = row.ring_rows.find((candidate) => candidate.position === position)
    if (!ring) throw new DomainError('not_found', { message: `the rollout has no ring ${position}` })
    if (!['pending', 'upgrading', 'soaking'].includes(ring.status))
      throw new DomainError('invalid_transition', { message: `ring ${ring.name} is ${ring.status}` })
    const now = this.clock.now()
    const to = ring.status === 'pending' ? 'skipped' : ring.status === 'soaking' ? 'passed' : ring.status
    await tx.rollout_ring.update({
      where: { rollout_id_position: { rollout_id: row.id, position } },
      data: { status: to, ...(to === ring.status ? {} : { finished_at: now }) },
    })
    await tx.rollout_tenant.updateMany({
      where: { rollout_id: row.id, ring: position, status: 'pending' },
      data: { status: 'skipped', reason: 'skipped_by_hand', message: reason, retry_at: null, finished_at: now },
    })
    await this.#say(tx, ctx, row.id, { kind: 'ring_skipped', ring: ring.name, parameters: { reason } })
  }

  /** @throws DomainError invalid_transition */
  async #steer(
    ctx: RequestContext,
    id: string,
    allowed: readonly RolloutStatus[],
    verb: string,
    change: (tx: Tx, row: RolloutWithRings) => Promise<void>,
  ): Promise<Rollout> {
    const found = await this.find(id)
    return this.registry.within(ctx, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM rollout WHERE id = ${found.id} FOR UPDATE`
      const row = await tx.rollout.findUniqueOrThrow({ where: { id: found.id }, include: withRings })
      if (!allowed.includes(row.status as RolloutStatus)) {
        const message = `a rollout that is ${row.status} cannot be ${verb}`
        throw new DomainError('invalid_transition', { message, details: { status: row.status } })
      }
      await change(tx, row)
      await Signals.announce(tx, 'rollouts')
      return this.#viewOf(tx, row.id)
    })
  }

  async #say(tx: Tx, ctx: RequestContext, id: string, entry: Partial<TimelineEntry> & Pick<TimelineEntry, 'kind'>): Promise<void> {
    const { actor } = auditOf(ctx)
    const by = (await this.staff.names(tx, [actor])).get(actor) ?? actor
    const whole = { ring: null, tenant: null, gate: null, ...entry, parameters: { by, ...entry.parameters } }
    await appendEvents(tx, id, this.clock.now(), [whole])
  }

  async #note(tx: Tx, ctx: RequestContext, id: string, verb: string, changes: Record<string, unknown>, reason?: string): Promise<void> {
    await audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action: `rollout.${verb}`,
      tenantId: null,
      resource: { type: 'rollout', id },
      reason: reason || null,
      changes,
    })
  }

  async #other(): Promise<DomainError> {
    const other = await this.registry.db.rollout.findFirst({ where: { status: { in: active } } })
    return other ? inProgress(other) : new DomainError('rollout_in_progress')
  }

  async #viewOf(tx: Tx, id: string): Promise<Rollout> {
    const [view] = await this.#views(tx, [await tx.rollout.findUniqueOrThrow({ where: { id }, include: withRings })])
    return view!
  }

  async #views(db: Tx | Registry['db'], rows: RolloutWithRings[]): Promise<Rollout[]> {
    const now = this.clock.now()
    const names = await this.staff.names(
      db,
      rows.map((row) => row.requested_by),
    )
    const { seconds } = await this.planner.prediction()
    return viewRollouts(db, rows, { frozen: (await freezeNow(db, now)) !== null, names, each: seconds, now })
  }
}
