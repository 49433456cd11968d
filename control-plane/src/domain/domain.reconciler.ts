import type { DataPlaneDriver, Fence } from '@cityos/provisioning'
import type { custom_domain, tenant } from '../../generated/client.ts'
import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import { json, type Registry } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { Settings } from '../settings.ts'
import { DomainCertificates } from './domain.certificates.ts'
import {
  becomeFailing,
  becomeLive,
  becomeVerified,
  type Change,
  lockDomain,
  nextCheck,
  noteProof,
  proven,
  recover,
  release,
} from './domain.changes.ts'
import { lookForProof, type Proof } from './domain.proof.ts'
import { issuesCertificates } from './domain.settings.ts'
import { graceHours } from './domain.view.ts'
import { surfaces } from './host.ts'
import type { DomainResolver } from './resolver.ts'

export interface DomainReconcilerParts {
  registry: Registry
  sealing: Sealing
  clock: Clock
  settings: Settings
  resolver: DomainResolver
  alerts: Alerts
  driverOf(name: string): DataPlaneDriver
  fence(): Fence | null
  /** Brings routes and document of a tenant in line with the registry. */
  reconcileTenant(tenantId: string): Promise<unknown>
}

const serving = ['trial', 'active', 'past_due', 'suspended']
const atOnce = 50
/** Claims that were never proven are forgotten after this long. */
const claimDays = 30
/** A proof older than this is asked for again before a certificate is ordered. */
const freshSeconds = 3_600
/** How long a tenant that does not serve is left alone. */
const restSeconds = 3_600
const againSeconds = 600

/**
 * Takes a domain's id and does the next thing: looks for its proof, has it routed, gets and renews its certificate, and
 * releases it when the proof was gone for too long. Killed anywhere, the next look goes on from what the registry says.
 */
export class DomainReconciler {
  readonly #parts: DomainReconcilerParts
  readonly #certificates: DomainCertificates
  readonly #busy = new Set<string>()

  constructor(parts: DomainReconcilerParts) {
    this.#parts = parts
    this.#certificates = new DomainCertificates(parts)
  }

  /** Domains whose time has come, the longest overdue first. */
  async due(): Promise<string[]> {
    const rows = await this.#parts.registry.db.custom_domain.findMany({
      where: { next_at: { lte: this.#parts.clock.now() } },
      orderBy: { next_at: 'asc' },
      take: atOnce,
      select: { id: true },
    })
    return rows.map((row) => row.id)
  }

  /** @returns what was done, for the log; null when there was nothing to do */
  async reconcile(id: string): Promise<string | null> {
    if (this.#busy.has(id) || this.#parts.fence() === null) return null
    this.#busy.add(id)
    try {
      return await this.#look(id)
    } finally {
      this.#busy.delete(id)
    }
  }

  async #look(id: string): Promise<string | null> {
    const { registry, clock } = this.#parts
    const row = await registry.db.custom_domain.findUnique({ where: { id }, include: { tenant: true } })
    if (!row) return null
    if (row.ended_at !== null) return this.#clear(row, row.tenant)
    if (!serving.includes(row.tenant.status)) {
      await registry.db.custom_domain.updateMany({ where: { id, ended_at: null }, data: { next_at: clock.in(restSeconds) } })
      return null
    }
    const before = row.status
    let current: custom_domain = row
    if (this.#mustProve(row)) current = await this.#prove(row)
    if (current.ended_at !== null) return this.#clear(current, row.tenant)
    if (proven.includes(current.status)) {
      await this.#parts.reconcileTenant(row.tenant_id)
      // nothing is ordered on a proof that could not be seen
      if (!isSilent(current)) current = await this.#certify(current, row.tenant)
    }
    const wanted = this.#certificates.nextLook(current, nextCheck(current, current.checked_at ?? current.created_at))
    // what could not be found out now is not asked for again at once
    const next = wanted > clock.now() ? wanted : clock.in(againSeconds)
    await registry.db.custom_domain.updateMany({ where: { id, ended_at: null }, data: { next_at: next } })
    return current.status === before ? null : `${current.host} is ${current.status}`
  }

  #mustProve(row: custom_domain): boolean {
    const now = this.#parts.clock.now()
    if (row.status === 'claimed' || row.checked_at === null) return true
    // set back, the clock would make a check of the future last for ever
    if (row.checked_at > now || nextCheck(row, row.checked_at) <= now || row.failure !== null) return true
    const stale = row.checked_at < this.#parts.clock.in(-freshSeconds)
    return stale && this.#certificates.isWanted(row)
  }

  /** Asks DNS, and writes what follows from the answer. */
  async #prove(known: custom_domain): Promise<custom_domain> {
    const proof = await lookForProof(this.#parts.resolver, known)
    return this.#within(async (change) => {
      const { tx, now } = change
      const row = await lockDomain(tx, known.id)
      if (row.ended_at !== null) return row
      if (proof.state !== 'unknown') await tx.custom_domain.update({ where: { id: row.id }, data: { checked_at: now } })
      if (proof.state === 'proven') {
        if (row.status === 'claimed') await becomeVerified(change, row)
        else if (row.status === 'failing') await recover(change, row)
        else await noteProof(change, row)
      } else await this.#unproven(change, row, proof)
      return tx.custom_domain.findUniqueOrThrow({ where: { id: row.id } })
    })
  }

  async #unproven(change: Change, row: custom_domain, { state, code, message }: Exclude<Proof, { state: 'proven' }>): Promise<void> {
    const { tx, now } = change
    const failure = { code, message }
    // silence keeps a domain as it is; the hours count from when DNS said that the proof is gone
    if (state === 'unknown') {
      await tx.custom_domain.update({ where: { id: row.id }, data: { failure: json(failure) } })
    } else if (row.status === 'claimed') {
      const tooOld = now.getTime() - row.created_at.getTime() > claimDays * 86_400_000
      if (tooOld) return release(change, row, 'removed', { code: 'never_proven', message: `it was not proven within ${claimDays} days` })
      await tx.custom_domain.update({ where: { id: row.id }, data: { failure: json(failure) } })
    } else if (row.failing_since && now.getTime() - row.failing_since.getTime() >= graceHours * 3_600_000) {
      await release(change, row, 'lost', { code: 'proof_lost', message: `${message} For ${graceHours} hours the proof was missing.` })
    } else await becomeFailing(change, row, failure)
  }

  /** Certificate where this platform has them; then the domain is in full service. */
  async #certify(row: custom_domain, owner: tenant): Promise<custom_domain> {
    const { settings } = this.#parts
    let current = row
    if (issuesCertificates(settings.domains) && row.status !== 'failing') {
      current = await this.#certificates.ensure(row, owner, () => this.#namesOf(row.host))
      if (current.certificate_sealed === null) return current
    }
    if (current.status === 'failing' || (current.status === 'live' && current.certificate_sealed === row.certificate_sealed)) return current
    return this.#within(async (change) => {
      const locked = await lockDomain(change.tx, row.id)
      if (locked.status === 'verified' || locked.status === 'live') await becomeLive(change, locked)
      return change.tx.custom_domain.findUniqueOrThrow({ where: { id: row.id } })
    })
  }

  /** The host, and what lies beneath it where DNS knows it: a certificate is refused for names that lead nowhere. */
  async #namesOf(host: string): Promise<string[]> {
    const names = [host]
    for (const surface of surfaces) {
      const found = await this.#parts.resolver.addresses(`${surface}.${host}`)
      if (found.state === 'found') names.push(`${surface}.${host}`)
    }
    return names
  }

  /** What the driver still keeps of a domain that was given up or lost. */
  async #clear(row: custom_domain, owner: tenant): Promise<string | null> {
    const { registry } = this.#parts
    if (owner.deleted_at === null) {
      await this.#parts.reconcileTenant(row.tenant_id)
      await this.#certificates.remove(row, owner)
    }
    await registry.db.custom_domain.updateMany({ where: { id: row.id, NOT: { ended_at: null } }, data: { next_at: null } })
    return `${row.host} is ${row.status}`
  }

  #within<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const { registry, sealing, settings, clock } = this.#parts
    return registry.transaction((tx) => work({ tx, sealing, settings, now: clock.now() }))
  }
}

function isSilent(row: custom_domain): boolean {
  return (row.failure as { code?: string } | null)?.code === 'dns_unreachable'
}
