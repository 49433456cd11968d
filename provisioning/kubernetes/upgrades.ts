import type { Fence, ProbeReport, WhichProcess } from '../driver.ts'
import { probePlane } from '../local/node/probes.ts'
import { namespaceOf, releaseSuffix, webDeployment } from './names.ts'
import type { PlaneAsker } from './planes.ts'
import { documentOf, type Held, type Tenants } from './tenants.ts'

const probeWithinMs = 30_000

/** A tenant goes from one release to another: pods of both stand beside each other, then the route leads to the new ones. */
export class Upgrades {
  private readonly tenants: Tenants
  private readonly planes: PlaneAsker

  constructor(tenants: Tenants, planes: PlaneAsker) {
    this.tenants = tenants
    this.planes = planes
  }

  startBeside(tenantId: string, release: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, (held) => this.bringBeside(held, release))
  }

  stopBeside(tenantId: string, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async (held) => void (await this.retire(held)))
  }

  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport> {
    return this.tenants.fenced(tenantId, fence, async ({ record, cluster }) => {
      const release = which === 'active' ? record.active_release : record.beside_release
      const address = release ? await this.planes.addressOf(cluster, record, 'web', releaseSuffix(release)) : null
      if (!address) {
        const message = which === 'beside' ? 'no pod stands by' : 'no pod serves'
        return { ok: false, checks: [{ name: 'process', ok: false, milliseconds: 0, message }] }
      }
      return probePlane(address, documentOf(record), () => this.planes.ask(record, address, 'POST', '/internal/probe', probeWithinMs))
    })
  }

  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }> {
    return this.tenants.fenced(tenantId, fence, (held) => this.switch(held))
  }

  /** The configured release takes the place of the one that serves. To be called while the tenant is held. */
  async switch(held: Held): Promise<{ drained: boolean }> {
    const { tenants } = this
    const to = documentOf(held.record).release
    const from = held.record.active_release
    if (this.rests(held)) {
      held.record = await tenants.change(held, { active_release: to, beside_release: null, beside_since: null, web_replicas: null })
      await tenants.apply(held)
      return { drained: true }
    }
    if (from !== to) {
      await this.bringBeside(held, to)
      // One change: the route leads to the new pods, the worker becomes one of the new release, the old pods go on.
      held.record = await tenants.change(held, { active_release: to, beside_release: from, beside_since: this.now() })
      await tenants.apply(held)
    }
    await tenants.ready(held, to, { worker: true })
    const { orderly } = await this.retire(held)
    return { drained: orderly }
  }

  private async bringBeside(held: Held, release: string): Promise<void> {
    const { tenants } = this
    // Of a tenant that sleeps the new release stands by all the same: it is to be probed.
    if (held.record.desired !== 'up' || held.record.active_release === release) return
    if (held.record.beside_release !== release) {
      await this.retire(held)
      const web_replicas = await this.servingNow(held)
      held.record = await tenants.change(held, { beside_release: release, beside_since: this.now(), web_replicas })
    }
    await tenants.apply(held)
    await tenants.ready(held, release, { worker: false })
  }

  /** Ends the pods beside those that serve. */
  private async retire(held: Held): Promise<{ orderly: boolean }> {
    const release = held.record.beside_release
    if (!release) return { orderly: true }
    // The run that was to lead the route away from them may have been cut off, and a gateway may still send shoppers to them.
    if (held.record.run_open) await this.tenants.apply(held)
    await this.tenants.routed(held)
    held.record = await this.tenants.change(held, { beside_release: null, beside_since: null, web_replicas: null })
    await this.tenants.apply(held)
    return this.tenants.gone(held, { suffix: releaseSuffix(release) })
  }

  /** Web pods of the release that serves, so that the next one does not begin with fewer under the same load. */
  private async servingNow({ record, cluster }: Held): Promise<number | null> {
    if (!record.active_release) return null
    const deployment = await cluster.deployment(namespaceOf(record.id, cluster.cell), webDeployment(record.active_release))
    return deployment?.spec?.replicas || null
  }

  private now(): string {
    return this.tenants.parts.now().toISOString()
  }

  private rests({ record }: Held): boolean {
    return record.desired !== 'up' || record.asleep
  }
}
