import type { TenantDocument } from '@cityos/contract'
import { DomainError } from '@cityos/contract'
import type { Fence, HostCertificate, TenantSecrets } from '../driver.ts'
import type { PlaneAsker } from './planes.ts'
import { HostTaken } from './tenant-store.ts'
import { documentOf, type Held, type Tenants } from './tenants.ts'
import type { Upgrades } from './upgrades.ts'

const seedWithinMs = 300_000

/** A tenant's life in a cluster, from its first document until nothing is left of it. */
export class Lifecycle {
  private readonly tenants: Tenants
  private readonly upgrades: Upgrades
  private readonly planes: PlaneAsker

  constructor(tenants: Tenants, upgrades: Upgrades, planes: PlaneAsker) {
    this.tenants = tenants
    this.upgrades = upgrades
    this.planes = planes
  }

  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    const { sealer } = this.tenants.parts
    return this.tenants.fenced(document.id, fence, async (held) => {
      const former = held.record.document
      held.record = await this.tenants.change(held, {
        // An older document never replaces a newer one.
        document: former && former.version > document.version ? former : document,
        secrets: sealer.seal(JSON.stringify(secrets), `tenant ${document.id}`),
      })
      await this.tenants.refreshBindings(held)
    })
  }

  forget(tenantId: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      await this.tenants.destroy(held)
      held.record = await this.setHosts(held, [])
      const nothing = {
        cell: null,
        stack: null,
        document: null,
        secrets: null,
        certificates: [],
        desired: 'down' as const,
        asleep: false,
        next_wake_at: null,
        last_error: null,
      }
      held.record = await this.tenants.change(held, nothing)
    })
  }

  start(tenantId: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      await this.bringUp(held)
      await this.tenants.unrouteFormer(held)
      // In another cell, and with another release, its routes are others than before.
      await this.tenants.routed(held)
    })
  }

  /** Pods of the configured release that are ready. */
  async bringUp(held: Held): Promise<void> {
    const { tenants } = this
    const { release } = documentOf(held.record)
    const { desired, asleep, active_release } = held.record
    // Nobody notices, also when it is not an upgrade that asks for it.
    if (desired === 'up' && !asleep && active_release && active_release !== release) return void (await this.upgrades.switch(held))
    held.record = await tenants.change(held, { desired: 'up', asleep: false, next_wake_at: null, active_release: release })
    try {
      await tenants.apply(held)
      await tenants.ready(held, release, { worker: true })
    } catch (error) {
      await tenants.change(held, { last_error: error instanceof Error ? error.message : String(error) })
      throw error
    }
    held.record = await tenants.change(held, { last_error: null, served: true, started_at: tenants.parts.now().toISOString() })
  }

  stop(tenantId: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      const none = {
        desired: 'down' as const,
        asleep: false,
        next_wake_at: null,
        beside_release: null,
        beside_since: null,
        web_replicas: null,
        started_at: null,
      }
      held.record = await this.tenants.change(held, none)
      // What never came up may not come down in an orderly way either, and nothing would be lost.
      if (!held.record.served) return this.tenants.destroy(held)
      await this.applyWhereDeployed(held)
      await this.tenants.gone(held, {})
    })
  }

  sleep(tenantId: string): Promise<void> {
    return this.tenants.unfenced(tenantId, async (held) => {
      const { record, cluster } = held
      if (record.desired !== 'up' || record.asleep) return
      const due = (await this.planes.health(cluster, record))?.next_due_at ?? null
      held.record = await this.tenants.change(held, { asleep: true, next_wake_at: due, started_at: null })
      await this.applyWhereDeployed(held)
    })
  }

  wake(tenantId: string): Promise<void> {
    return this.tenants.unfenced(tenantId, async (held) => {
      if (held.record.desired !== 'up') throw new Error('the tenant is not started')
      if (held.record.asleep) await this.bringUp(held)
    })
  }

  /** Wakes the sleepers that have something to do by now. @returns their ids */
  async wakeDue(): Promise<string[]> {
    const { store, now, note } = this.tenants.parts
    const due = await store.dueBy(now())
    const woken = due.map((id) =>
      this.wake(id).then(
        () => [id],
        (error: unknown) => {
          note(id, `was not woken: ${error instanceof Error ? error.message : String(error)}`)
          return []
        },
      ),
    )
    return (await Promise.all(woken)).flat()
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      if (held.record.asleep) await this.bringUp(held)
      const address = await this.planes.addressOf(held.cluster, held.record, 'worker')
      if (!address) throw new DomainError('dependency_unavailable', { message: `no worker of ${tenantId} is ready to be seeded` })
      const answer = await this.planes.ask(held.record, address, 'POST', '/internal/seed', seedWithinMs)
      return { changed: (answer as { changed: boolean }).changed }
    })
  }

  route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      const before = held.record.hosts
      held.record = await this.setHosts(held, hosts)
      // A repeat finds its objects; one that was cut off is finished.
      if (before.join() !== hosts.join() || held.record.run_open) await this.applyWhereDeployed(held)
      await this.tenants.routed(held)
    })
  }

  putCertificate({ tenantId, host, hosts, chain, key }: HostCertificate, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      const { cell } = held.cluster
      if (cell.cluster.gateway.class_name === null)
        throw new DomainError('dependency_unavailable', {
          message: `cell ${cell.name} serves no TLS for hosts of tenants: name its GatewayClass in gateway.class_name`,
          details: { dependency: 'gateway', cell: cell.name },
        })
      const sealedKey = this.tenants.parts.sealer.seal(key, `certificate ${tenantId}`)
      const others = held.record.certificates.filter((certificate) => certificate.host !== host)
      held.record = await this.tenants.change(held, { certificates: [...others, { host, hosts, chain, sealedKey }] })
      await this.applyWhereDeployed(held)
    })
  }

  removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      const certificates = held.record.certificates.filter((certificate) => certificate.host !== host)
      if (certificates.length === held.record.certificates.length) return
      held.record = await this.tenants.change(held, { certificates })
      await this.applyWhereDeployed(held)
    })
  }

  private async applyWhereDeployed(held: Held): Promise<void> {
    if (held.record.has_stack && held.record.active_release && held.record.document) await this.tenants.apply(held)
  }

  private async setHosts({ record }: Held, hosts: string[]) {
    try {
      return await this.tenants.parts.store.setHosts(record.id, record.fence, hosts)
    } catch (error) {
      if (error instanceof HostTaken) throw new DomainError('domain_in_use', { message: error.message })
      throw error
    }
  }
}
