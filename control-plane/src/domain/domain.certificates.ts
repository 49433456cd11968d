import { z } from 'zod'
import type { custom_domain, tenant } from '../../generated/client.ts'
import { json, jsonNull } from '../registry/registry.ts'
import { AcmeAuthority, type IssuedCertificate, messageOf, OrderEnded, type PendingOrder } from './acme.authority.ts'
import { lockDomain, loseCertificate } from './domain.changes.ts'
import type { DomainReconcilerParts } from './domain.reconciler.ts'
import { issuesCertificates } from './domain.settings.ts'

const Kept = z.object({ chain: z.string(), key: z.string() })

/** Whoever works at an order has it for this long; a process that was killed leaves it to the next after that. */
const leaseSeconds = 120
const leastSecondsBetween = 86_400
const longestRetrySeconds = 12 * 3_600
const alertDays = 14
const criticalDays = 3

/** Certificates of domains: ordered once, kept sealed, handed to the driver, renewed when a third of their life is left. */
export class DomainCertificates {
  readonly #parts: DomainReconcilerParts
  readonly #authority: AcmeAuthority | null

  constructor(parts: DomainReconcilerParts) {
    this.#parts = parts
    const { settings, registry, sealing, clock } = parts
    const { acmeDirectory } = settings.domains
    this.#authority =
      acmeDirectory !== null && issuesCertificates(settings.domains)
        ? new AcmeAuthority(acmeDirectory, { registry, sealing, settings: settings.domains, now: () => clock.now() })
        : null
  }

  /** Whether a certificate has to be ordered or renewed now. */
  isWanted(row: custom_domain): boolean {
    if (this.#authority === null || row.status === 'claimed') return false
    const renewal = renewalOf(row)
    return renewal === null || renewal <= this.#parts.clock.now() || row.order_url !== null
  }

  /** When this domain has to be looked at again. @param check when its proof is due */
  nextLook(row: custom_domain, check: Date): Date {
    if (this.#authority === null || row.status === 'claimed' || row.status === 'failing') return check
    const renewal = renewalOf(row)
    const retry = row.order_retry_at
    const certificate =
      renewal === null ? (retry ?? this.#parts.clock.in(leaseSeconds)) : retry !== null && retry > renewal ? retry : renewal
    return certificate < check ? certificate : check
  }

  /**
   * Gets what is missing and hands it over. What fails is written down in words and tried again later, more rarely each
   * time; a certificate that runs out meanwhile is an alert.
   * @param names the hosts a certificate should be for now
   */
  async ensure(known: custom_domain, owner: tenant, names: () => Promise<string[]>): Promise<custom_domain> {
    let row = known
    const hosts = this.isWanted(row) || this.#checkedJustNow(row) ? await names() : row.certificate_hosts
    const covers = hosts.every((host) => row.certificate_hosts.includes(host))
    if (this.#authority !== null && (this.isWanted(row) || !covers)) row = await this.#order(this.#authority, row, hosts)
    if (row.certificate_sealed !== null && hasRunOut(row, this.#parts.clock.now())) return this.#expire(row, owner)
    if (row.certificate_sealed !== null) await this.#handOver(row, owner, row.certificate_fingerprint !== known.certificate_fingerprint)
    await this.#watch(row, owner)
    return row
  }

  async remove(row: custom_domain, owner: tenant): Promise<void> {
    const fence = this.#parts.fence()
    await this.#parts.alerts.resolve(subjectOf(row))
    if (fence === null) throw new Error('another process has taken over')
    // whoever has claimed the host anew keeps what it got since
    const again = await this.#parts.registry.db.custom_domain.count({
      where: { host: row.host, tenant_id: row.tenant_id, status: { in: ['verified', 'live', 'failing'] } },
    })
    if (again === 0) await this.#parts.driverOf(owner.driver).removeCertificate(row.tenant_id, row.host, fence)
  }

  #checkedJustNow(row: custom_domain): boolean {
    return row.checked_at !== null && row.checked_at > this.#parts.clock.in(-60)
  }

  /** One try, by one process at a time. */
  async #order(authority: AcmeAuthority, known: custom_domain, hosts: string[]): Promise<custom_domain> {
    const { registry, clock } = this.#parts
    const { db } = registry
    const now = clock.now()
    const { count } = await db.custom_domain.updateMany({
      where: { id: known.id, ended_at: null, OR: [{ order_retry_at: null }, { order_retry_at: { lte: now } }] },
      data: { order_retry_at: clock.in(leaseSeconds) },
    })
    const row = await db.custom_domain.findUniqueOrThrow({ where: { id: known.id } })
    if (count === 0) return row
    try {
      const pending = this.#underWay(row) ?? (await this.#begin(authority, row, hosts))
      const issued = await authority.complete(pending, async (challenges) => {
        await db.domain_challenge.createMany({
          data: challenges.map((challenge) => ({ ...challenge, domain_id: row.id, created_at: clock.now() })),
          skipDuplicates: true,
        })
      })
      return await this.#keep(row.id, pending, issued)
    } catch (error) {
      const failures = row.order_failures + 1
      const wait = Math.min(30 * 2 ** failures, longestRetrySeconds)
      const failure = { code: 'certificate_failed', message: `No certificate yet: ${messageOf(error)}. It is tried again by itself.` }
      await db.domain_challenge.deleteMany({ where: { domain_id: row.id } })
      return db.custom_domain.update({
        where: { id: row.id },
        data: {
          order_failures: failures,
          order_retry_at: clock.in(wait),
          failure: json(failure),
          ...(error instanceof OrderEnded ? { order_url: null, order_key_sealed: null, order_hosts: [] } : {}),
        },
      })
    }
  }

  #underWay(row: custom_domain): PendingOrder | null {
    if (row.order_url === null || row.order_key_sealed === null) return null
    return { url: row.order_url, key: this.#parts.sealing.open('certificate', row.order_key_sealed), hosts: row.order_hosts }
  }

  async #begin(authority: AcmeAuthority, row: custom_domain, hosts: string[]): Promise<PendingOrder> {
    const pending = await authority.begin(hosts)
    await this.#parts.registry.db.custom_domain.update({
      where: { id: row.id },
      data: { order_url: pending.url, order_key_sealed: this.#parts.sealing.seal('certificate', pending.key), order_hosts: hosts },
    })
    return pending
  }

  /** Certificate and end of the order in one transaction: a restart finds the one or the other. */
  #keep(id: string, pending: PendingOrder, issued: IssuedCertificate): Promise<custom_domain> {
    const { registry, sealing } = this.#parts
    return registry.transaction(async (tx) => {
      await tx.domain_challenge.deleteMany({ where: { domain_id: id } })
      return tx.custom_domain.update({
        where: { id },
        data: {
          certificate_sealed: sealing.seal('certificate', JSON.stringify({ chain: issued.chain, key: pending.key })),
          certificate_hosts: pending.hosts,
          certificate_not_before: issued.notBefore,
          certificate_not_after: issued.notAfter,
          certificate_issuer: issued.issuer,
          certificate_fingerprint: issued.fingerprint,
          order_url: null,
          order_key_sealed: null,
          order_hosts: [],
          order_failures: 0,
          // an authority whose clock is behind hands out what looks old at once: one a day is enough
          order_retry_at: this.#parts.clock.in(leastSecondsBetween),
          failure: jsonNull,
        },
      })
    })
  }

  /** The driver has it already unless it is new, or got lost there. */
  async #handOver(row: custom_domain, owner: tenant, isNew: boolean): Promise<void> {
    const driver = this.#parts.driverOf(owner.driver)
    if (!isNew) {
      const kept = await driver.inventory()
      if (kept.some((item) => item.kind === 'certificate' && item.tenantId === owner.id && item.name === row.host)) return
    }
    const fence = this.#parts.fence()
    if (fence === null) throw new Error('another process has taken over')
    const { chain, key } = Kept.parse(JSON.parse(this.#parts.sealing.open('certificate', row.certificate_sealed ?? '')))
    await driver.putCertificate({ tenantId: owner.id, host: row.host, hosts: row.certificate_hosts, chain, key }, fence)
  }

  async #expire(known: custom_domain, owner: tenant): Promise<custom_domain> {
    const { registry, sealing, settings, clock } = this.#parts
    await this.#watch(known, owner)
    const fence = this.#parts.fence()
    if (fence === null) throw new Error('another process has taken over')
    await this.#parts.driverOf(owner.driver).removeCertificate(owner.id, known.host, fence)
    return registry.transaction(async (tx) => {
      const row = await lockDomain(tx, known.id)
      if (row.ended_at === null && row.certificate_sealed !== null) await loseCertificate({ tx, sealing, settings, now: clock.now() }, row)
      return tx.custom_domain.findUniqueOrThrow({ where: { id: row.id } })
    })
  }

  async #watch(row: custom_domain, owner: tenant): Promise<void> {
    const ends = row.certificate_not_after
    if (!ends) return
    const days = Math.floor((ends.getTime() - this.#parts.clock.now().getTime()) / 86_400_000)
    if (days >= alertDays) return void (await this.#parts.alerts.resolve(subjectOf(row)))
    const reason = (row.failure as { message?: string } | null)?.message ?? ''
    await this.#parts.alerts.raise({
      kind: 'certificate-expiring',
      subject: subjectOf(row),
      severity: days < criticalDays ? 'critical' : 'warning',
      tenantId: owner.id,
      parameters: { host: row.host, slug: owner.slug, days, reason },
    })
  }
}

/** When a third of its life is left; null without a certificate. */
function renewalOf(row: custom_domain): Date | null {
  const { certificate_not_before: from, certificate_not_after: to } = row
  if (row.certificate_sealed === null || !from || !to) return null
  return new Date(to.getTime() - (to.getTime() - from.getTime()) / 3)
}

function hasRunOut(row: custom_domain, now: Date): boolean {
  return row.certificate_not_after !== null && row.certificate_not_after <= now
}

const subjectOf = (row: custom_domain): string => `certificate:${row.id}`
