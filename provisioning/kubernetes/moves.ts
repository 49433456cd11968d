import { type Cell, DomainError } from '@cityos/contract'
import type { Fence } from '../driver.ts'
import { databaseName } from '../local/postgres/databases.ts'
import { requireKnown, requireStopped } from './archives/archives.ts'
import type { TenantJobs } from './archives/tenant-jobs.ts'
import { CellCluster } from './cluster.ts'
import { namespaceOf, stackOf } from './names.ts'
import { blankPlace, type Place, placeOf } from './tenant-store.ts'
import type { Held, Tenants } from './tenants.ts'

/**
 * A tenant goes to another cell: a second place is made ready there, its archive is loaded into it, and the two change places
 * in one write of the tenant's row. A place is a stack with its namespace and volume, a database, and its two logins.
 */
export class Moves {
  private readonly tenants: Tenants
  private readonly jobs: TenantJobs

  constructor(tenants: Tenants, jobs: TenantJobs) {
    this.tenants = tenants
    this.jobs = jobs
  }

  /** See `DataPlaneDriver.prepareInCell`. */
  prepare(tenantId: string, cell: string, fence: Fence): Promise<void> {
    const { tenants } = this
    return tenants.fenced(tenantId, fence, async (held) => {
      requireKnown(held)
      const here = held.cluster.cell.name
      if (here === cell) throw new DomainError('invalid_transition', { message: `tenant ${tenantId} is in cell ${cell} already` })
      const target = await tenants.parts.cells.named(cell)
      if (!held.record.other) {
        requireTls(held, target)
        await this.requireNothingThere(tenantId, new CellCluster(target))
        const incoming = { ...blankPlace, cell, stack: stackOf(tenantId, cell), role: 'incoming' as const }
        held.record = await tenants.change(held, { cell: here, other: incoming })
      }
      const there = await this.incoming(held, cell)
      await tenants.parts.databases.check(target)
      await this.jobs.ensurePlace(there)
    })
  }

  /** The place that is being made ready in this cell. @throws DomainError invalid_transition when there is none */
  async incoming(held: Held, cell: string): Promise<Held> {
    const { id, other } = held.record
    if (other?.role === 'incoming' && other.cell === cell) return this.tenants.elsewhere(held)
    throw new DomainError('invalid_transition', { message: `no place is made ready for ${id} in cell ${cell}` })
  }

  /** The incoming place becomes the tenant's own. A repeat changes nothing. */
  async take(held: Held): Promise<void> {
    const { record } = held
    if (record.other?.role !== 'incoming') return
    requireStopped(held)
    const there = await this.tenants.elsewhere(held)
    const databases = this.databasesOf(there)
    const name = databaseName(record.id)
    const { incoming_dir } = there.record
    // The note is the last that is written of what is loaded.
    if (!incoming_dir || !(await databases.exists(name)) || !(await databases.states.noteOf(name)))
      throw new DomainError('not_found', { message: `nothing was loaded for ${record.id} in cell ${there.cluster.cell.name}` })
    await this.changePlaces(held, 'former', { files_dir: incoming_dir, incoming_dir: null })
  }

  /**
   * The way back. What was taken loses its database first: whatever runs there, on a cluster that may not answer any more, can
   * neither serve nor write from then on.
   */
  async giveBack(held: Held): Promise<void> {
    if (held.record.other?.role !== 'former') return
    await this.databasesOf(held).dropDatabase(databaseName(held.record.id))
    await this.changePlaces(held, 'incoming')
  }

  /**
   * Nothing is left of the other place: stack, namespace, volume, database, logins. What was in a cell that has been taken off
   * the platform counts as gone with it.
   */
  async remove(held: Held, role: 'incoming' | 'former'): Promise<void> {
    const { id, other } = held.record
    if (other?.role !== role) return
    const there = await this.tenants.elsewhere(held).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'not_found') return null
      throw error
    })
    if (there) {
      await this.tenants.destroy(there)
      await this.databasesOf(there).dropTenant(id)
    } else await this.tenants.forgetElsewhere(held)
    held.record = await this.tenants.change(held, { other: null })
  }

  /** Both at once, in one row. */
  private async changePlaces(held: Held, leftAs: 'incoming' | 'former', more: Partial<Place> = {}): Promise<void> {
    const { record } = held
    if (!record.other) return
    const { role: _, ...taken } = record.other
    held.record = await this.tenants.change(held, { ...taken, ...more, other: { ...placeOf(record), role: leftAs } })
  }

  /** Two cells that share a Postgres or a cluster's names would have one place, and what is dropped in one would be gone in both. */
  private async requireNothingThere(tenantId: string, cluster: CellCluster): Promise<void> {
    const { cell } = cluster
    const namespace = namespaceOf(tenantId, cell)
    const found = [
      ...((await cluster.namespace(namespace)) ? [`namespace ${namespace}`] : []),
      ...((await this.tenants.parts.databases.of(cell).exists(databaseName(tenantId))) ? [`database ${databaseName(tenantId)}`] : []),
    ]
    if (found.length === 0) return
    throw new DomainError('already_exists', {
      message: `cell ${cell.name} has ${found.join(' and ')} already: cells between which tenants are moved share neither Postgres nor namespaces`,
      details: { cell: cell.name, found },
    })
  }

  private databasesOf({ cluster }: Held) {
    return this.tenants.parts.databases.of(cluster.cell)
  }
}

/** What is served over TLS here is served so there. */
function requireTls({ record }: Held, { name, cluster }: Cell): void {
  if (record.certificates.length === 0 || cluster.gateway.class_name !== null) return
  const hosts = record.certificates.map(({ host }) => host).join(', ')
  throw new DomainError('validation_failed', {
    message: `cell ${name} serves no TLS for hosts of tenants, and ${hosts} have certificates: name its GatewayClass in gateway.class_name`,
    details: { cell: name, hosts },
  })
}
