import { CellAccess, CellCluster, DomainError, type Input, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { cell, operation, tenant } from '../../generated/client.ts'
import { Alerts } from '../alert/alerts.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { Abilities } from '../staff/ability.ts'
import { columnsOf } from './cell.columns.ts'
import type { Cell, CreateCell, changeCell, removeCell, renewCellAccess } from './cell.contract.ts'
import { cellAlerts } from './cell.health.ts'
import { type Candidate, chooseCell, requireCell, roomIn, type Wanted } from './cell.placement.ts'

type CellRow = cell & { _count: { tenants: number; moving: number } }
const withTenants = { _count: { select: { tenants: { where: { deleted_at: null } }, moving: { where: { deleted_at: null } } } } }
/** A tenant that moves has a place in both cells until it is out of the one it left. */
const placesIn = ({ _count }: CellRow): number => _count.tenants + _count.moving

/** The clusters tenants are run in: who may come where, and what is known about each. */
@Injectable()
export class CellService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly alerts: Alerts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Takes in the cells that come with the installation; what its values say about them wins over what was there. */
  async atStart(): Promise<void> {
    const now = this.clock.now()
    for (const given of this.settings.binding.kubernetes?.cells ?? []) {
      const columns = { ...columnsOf(given, this.sealing), from_installation: true, updated_at: now }
      await this.registry.db.cell.upsert({
        where: { name: given.name },
        create: { name: given.name, ...columns, created_at: now },
        update: columns,
      })
    }
  }

  async list(ctx: RequestContext, query: { region?: string | undefined; limit: number; offset: number }): Promise<Page<Cell>> {
    const where = query.region === undefined ? {} : { region: query.region }
    const [rows, total] = await Promise.all([
      this.registry.db.cell.findMany({
        where,
        orderBy: [{ region: 'asc' }, { name: 'asc' }],
        take: query.limit,
        skip: query.offset,
        include: withTenants,
      }),
      this.registry.db.cell.count({ where }),
    ])
    return { items: rows.map((row) => this.#view(ctx, row)), total }
  }

  async read(ctx: RequestContext, name: string): Promise<Cell> {
    return this.#view(ctx, await find(this.registry.db, name))
  }

  /** @throws DomainError already_exists | validation_failed for unknown plans, or a platform without the Kubernetes driver */
  async create(ctx: RequestContext, asked: CreateCell): Promise<Cell> {
    if (!this.settings.binding.kubernetes) {
      throw new DomainError('validation_failed', {
        message: 'this platform has no Kubernetes driver: give the control plane `kubernetes` in its binding first (docs/kubernetes.md)',
      })
    }
    try {
      return await this.registry.within(ctx, async (tx) => {
        await requirePlans(tx, asked.plans ?? [])
        const now = this.clock.now()
        await tx.cell.create({ data: { name: asked.name, ...columnsOf(asked, this.sealing), created_at: now, updated_at: now } })
        await this.#audit(tx, ctx, 'cell.create', asked.name, { region: asked.region, capacity: asked.capacity })
        return this.#view(ctx, await find(tx, asked.name))
      })
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new DomainError('already_exists', { field: 'name', message: `there is a cell "${asked.name}" already` })
    }
  }

  /** @throws DomainError not_found | invalid_transition when it is so already */
  async setOpen(ctx: RequestContext, name: string, open: boolean): Promise<Cell> {
    return this.registry.within(ctx, async (tx) => {
      const { count } = await tx.cell.updateMany({
        where: { name, is_open: !open },
        data: { is_open: open, updated_at: this.clock.now() },
      })
      const row = await find(tx, name)
      if (count === 0) throw new DomainError('invalid_transition', { message: `cell ${name} is ${open ? 'open' : 'closed'} already` })
      await this.#audit(tx, ctx, open ? 'cell.open' : 'cell.close', name, {})
      return this.#view(ctx, row)
    })
  }

  /** @throws DomainError not_found | validation_failed | invalid_transition for a cell that the installation's values describe */
  async change(ctx: RequestContext, name: string, asked: Input<typeof changeCell>['body']): Promise<Cell> {
    return this.registry.within(ctx, async (tx) => {
      this.#requireOwn(await lock(tx, name))
      await requirePlans(tx, asked.plans ?? [])
      const changes = { ...asked.capacity, ...(asked.plans === undefined ? {} : { plans: asked.plans ?? [] }) }
      await tx.cell.update({ where: { name }, data: { ...changes, updated_at: this.clock.now() } })
      await this.#audit(tx, ctx, 'cell.change', name, changes)
      return this.#view(ctx, await find(tx, name))
    })
  }

  /** @throws DomainError not_found | validation_failed when nothing is given | invalid_transition as `change` */
  async renewAccess(ctx: RequestContext, name: string, asked: Input<typeof renewCellAccess>['body']): Promise<Cell> {
    const given = Object.entries(asked).filter(([, value]) => value !== undefined)
    if (given.length === 0)
      throw new DomainError('validation_failed', {
        field: 'kubeconfig',
        message: 'give a kubeconfig, the address of the database, or both',
      })
    return this.registry.within(ctx, async (tx) => {
      const row = await lock(tx, name)
      this.#requireOwn(row)
      const present = CellAccess.parse(JSON.parse(this.sealing.open('cell', row.access_sealed)))
      const access = { ...present, ...Object.fromEntries(given) }
      const access_sealed = this.sealing.seal('cell', JSON.stringify(access))
      await tx.cell.update({ where: { name }, data: { access_sealed, updated_at: this.clock.now() } })
      await this.#audit(tx, ctx, 'cell.renew_access', name, { renewed: given.map(([field]) => field) })
      return this.#view(ctx, await find(tx, name))
    })
  }

  /**
   * What tenants that have left still had there is forgotten by the operations that wait for it.
   * @throws DomainError not_found | confirmation_required | invalid_transition while tenants are in it, or on their way
   */
  async remove(ctx: RequestContext, name: string, asked: Input<typeof removeCell>['query']): Promise<{ name: string }> {
    if (asked.confirm !== name) {
      throw new DomainError('confirmation_required', {
        field: 'confirm',
        message: `repeat the name "${name.slice(0, 60)}" to confirm`,
      })
    }
    return this.registry.within(ctx, async (tx) => {
      const row = await lock(tx, name)
      this.#requireOwn(row)
      const there = await tx.tenant.findMany({
        where: { deleted_at: null, OR: [{ cell: name }, { other_cell: name }] },
        select: { slug: true, cell: true, operations: { where: { kind: 'tenant-move', finished_at: null }, include: takingOver } },
        orderBy: { slug: 'asc' },
      })
      const beside = there.filter((tenant) => tenant.cell !== name)
      const isTaken = ({ operations }: (typeof there)[number]) =>
        operations.some((move) => move.steps.length > 0 && targetOf(move) === name)
      requireLeft(row, asked.gone, {
        living: there.filter((tenant) => tenant.cell === name),
        taken: beside.filter(isTaken),
        moving: beside.filter((tenant) => !isTaken(tenant)),
      })
      await tx.tenant.updateMany({ where: { cell: name }, data: { cell: null } })
      await tx.tenant.updateMany({ where: { other_cell: name }, data: { other_cell: null } })
      await tx.cell.delete({ where: { name } })
      for (const subject of cellAlerts(name)) await this.alerts.resolve(subject, tx)
      await this.#audit(tx, ctx, 'cell.remove', name, { region: row.region, gone: asked.gone })
      return { name }
    })
  }

  /** @throws DomainError invalid_transition: what the values of the installation say would win at the next start */
  #requireOwn({ name }: cell): void {
    if (!this.#isOfInstallation(name)) return
    throw new DomainError('invalid_transition', {
      message: `the values of this installation describe cell ${name}: change it there (cells, docs/kubernetes.md)`,
      details: { cell: name },
    })
  }

  #audit(tx: Tx, ctx: RequestContext, action: string, id: string, changes: Record<string, unknown>): Promise<void> {
    return audit(tx, { ...auditOf(ctx), at: this.clock.now(), action, tenantId: null, resource: { type: 'cell', id }, changes })
  }

  #view(ctx: RequestContext, row: CellRow): Cell {
    return {
      name: row.name,
      region: row.region,
      residency_zone: row.residency_zone as Cell['residency_zone'],
      plans: row.plans.length > 0 ? row.plans : null,
      capacity: { databases: row.databases, namespaces: row.namespaces },
      tenants: placesIn(row),
      room: row.is_open ? roomIn({ ...row, tenants: placesIn(row) }) : 0,
      open: row.is_open,
      from_installation: row.from_installation,
      unreachable: row.unreachable_since
        ? { since: row.unreachable_since.toISOString(), reason: row.unreachable_reason ?? 'it does not answer' }
        : null,
      cluster: CellCluster.parse(row.cluster),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      actions: this.#actionsOf(ctx, row),
    }
  }

  #actionsOf(ctx: RequestContext, row: CellRow): Cell['actions'] {
    const ability = this.abilities.of(ctx.actor)
    const isOwn = !this.#isOfInstallation(row.name)
    const actions: Cell['actions'] = []
    if (ability.can('operate', 'cell')) actions.push(row.is_open ? 'close' : 'open')
    if (isOwn && ability.can('operate', 'cell')) actions.push('renew-access')
    if (isOwn && ability.can('update', 'cell')) actions.push('change')
    if (isOwn && ability.can('delete', 'cell')) actions.push('remove')
    return actions
  }

  #isOfInstallation(name: string): boolean {
    return this.settings.binding.kubernetes?.cells.some((given) => given.name === name) ?? false
  }
}

/** The step of a move from which on its target is the tenant's own place, unless it has been undone. */
const takingOver = { steps: { where: { name: 'swap', status: { in: ['running', 'done', 'failed', 'undoing'] } } } }
const targetOf = ({ parameters }: operation): string | null => (parameters as { to_cell?: string | null }).to_cell ?? null

type Named = readonly { slug: string }[]

/** @throws DomainError invalid_transition saying who is still there, and what to do */
function requireLeft(row: cell, gone: boolean, { living, taken, moving }: Record<'living' | 'taken' | 'moving', Named>): void {
  const refuse = (tenants: Named, what: string) => {
    if (tenants.length === 0) return
    const slugs = tenants.map(({ slug }) => slug)
    const named = slugs.length > 5 ? `${slugs.slice(0, 5).join(', ')} and ${slugs.length - 5} more` : slugs.join(', ')
    throw new DomainError('invalid_transition', { message: `${what}: ${named}`, details: { cell: row.name, tenants: slugs } })
  }
  refuse(living, `these run in cell ${row.name}, move or delete them first`)
  refuse(taken, `these have just come into cell ${row.name}, wait until their moves have ended or gone back`)
  if (row.unreachable_since === null) refuse(moving, `these are being moved into or out of cell ${row.name}, wait until that has ended`)
  if (!gone) refuse(moving, `these have things in cell ${row.name}, which does not answer; if it never will, say that it is gone`)
}

/**
 * Chooses the cell of a tenant in the transaction that creates it. Those who choose in one region take turns, so that the last
 * place is given away once.
 * @throws DomainError validation_failed | not_enough_capacity
 */
export async function placeInCell(tx: Tx, wanted: Wanted): Promise<{ cell: string; region: string }> {
  const { name, region } = chooseCell(await candidates(tx, wanted.region), wanted)
  return { cell: name, region }
}

/**
 * Checks that a tenant may be moved to this cell, as its placement in a new one would be checked.
 * @throws DomainError validation_failed | not_enough_capacity | invalid_transition when it is there already
 */
export async function requirePlaceIn(tx: Tx, row: tenant, to: string): Promise<void> {
  if (row.driver !== 'kubernetes' || row.cell === null)
    throw new DomainError('validation_failed', {
      field: 'to_cell',
      message: `${row.slug} is in no cell: only tenants of the Kubernetes driver are`,
    })
  if (row.cell === to) throw new DomainError('invalid_transition', { field: 'to_cell', message: `${row.slug} is in cell ${to} already` })
  const wanted = { region: row.region, residency_zone: row.residency_zone, plan: row.plan_code }
  requireCell(await candidates(tx, wanted.region), to, wanted)
}

/** All cells, with those of the region locked until the transaction ends. */
async function candidates(tx: Tx, region: string | null): Promise<Candidate[]> {
  await tx.$queryRaw`SELECT 1 FROM cell WHERE region = ${region} OR ${region}::text IS NULL ORDER BY name FOR NO KEY UPDATE`
  const rows = await tx.cell.findMany({ include: withTenants, orderBy: { name: 'asc' } })
  return rows.map((row): Candidate => ({ ...row, tenants: placesIn(row) }))
}

/** Who changes a cell, and who chooses one for a tenant, take turns. */
async function lock(tx: Tx, name: string): Promise<cell> {
  await tx.$queryRaw`SELECT 1 FROM cell WHERE name = ${name} FOR UPDATE`
  return find(tx, name)
}

async function find(db: Pick<Tx, 'cell'>, name: string): Promise<CellRow> {
  const row = await db.cell.findUnique({ where: { name }, include: withTenants })
  if (!row) throw new DomainError('not_found', { message: `there is no cell "${name.slice(0, 60)}"` })
  return row
}

async function requirePlans(tx: Tx, plans: readonly string[]): Promise<void> {
  const known = new Set((await tx.plan.findMany({ select: { code: true } })).map((plan) => plan.code))
  const unknown = plans.filter((code) => !known.has(code))
  if (unknown.length === 0) return
  throw new DomainError('validation_failed', {
    field: 'plans',
    message: `${unknown.join(', ')}: not a plan of this platform. Known: ${[...known].join(', ')}`,
  })
}
