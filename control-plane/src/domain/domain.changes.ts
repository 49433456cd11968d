import { DomainError, type Locale } from '@cityos/contract'
import type { custom_domain } from '../../generated/client.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { MailTemplate } from '../mail/templates.ts'
import { isUniqueViolation, json, jsonNull, type Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { Settings } from '../settings.ts'
import { changeDocument } from '../tenant/tenant.document.ts'
import { issuesCertificates } from './domain.settings.ts'
import { graceHours, originOf } from './domain.view.ts'
import { shownHost } from './host.ts'

/** The states in which a host is proven and leads to its tenant. */
export const proven = ['verified', 'live', 'failing']
const checkEvery = 86_400
const checkFailingEvery = 3_600

export interface Change {
  tx: Tx
  sealing: Sealing
  settings: Settings
  now: Date
}

/** Locks a domain's row until the end of the transaction and reads it as it is then. */
export async function lockDomain(tx: Tx, id: string): Promise<custom_domain> {
  await tx.$queryRaw`SELECT 1 FROM custom_domain WHERE id = ${id} FOR UPDATE`
  return tx.custom_domain.findUniqueOrThrow({ where: { id } })
}

export function domainInUse(host: string): DomainError {
  return new DomainError('domain_in_use', {
    field: 'host',
    message: `${shownHost(host)} is in use on this platform already: whoever uses it has to give it up first`,
  })
}

/**
 * The proof was found: the host leads to this tenant from now on.
 * @throws DomainError domain_in_use when another tenant has proven it, also in this very moment
 */
export async function becomeVerified({ tx, now }: Change, row: custom_domain): Promise<void> {
  try {
    await tx.custom_domain.update({
      where: { id: row.id },
      data: { status: 'verified', verified_at: now, checked_at: now, failure: jsonNull, next_at: now },
    })
    await tx.tenant_domain.create({
      data: { host: row.host, tenant_id: row.tenant_id, kind: 'custom', verified_at: now, created_at: now },
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw domainInUse(row.host)
    throw error
  }
  await changeDocument(tx, row.tenant_id, {}, now)
}

/** The proof was there when DNS was asked; what was wrong with the certificate stays said. */
export async function noteProof({ tx, now }: Change, row: custom_domain): Promise<void> {
  const aboutCertificate = (row.failure as { code?: string } | null)?.code === 'certificate_failed'
  await tx.custom_domain.update({ where: { id: row.id }, data: { checked_at: now, ...(aboutCertificate ? {} : { failure: jsonNull }) } })
}

/** In full service; the first one of a tenant becomes its first address. */
export async function becomeLive(change: Change, row: custom_domain): Promise<void> {
  const { tx, now, settings } = change
  const first = await tx.custom_domain.findFirst({ where: { tenant_id: row.tenant_id, canonical: true }, select: { id: true } })
  const canonical = row.canonical || first === null
  await tx.custom_domain.update({
    where: { id: row.id },
    data: { status: 'live', canonical, failing_since: null, failure: jsonNull },
  })
  const secure = row.certificate_hosts.includes(row.host)
  await tx.tenant_domain.updateMany({ where: { host: row.host, tenant_id: row.tenant_id }, data: { canonical, secure } })
  await changeDocument(tx, row.tenant_id, {}, now)
  if (row.status === 'verified') await tell(change, row, 'domain-live', { url: `${originOf(settings, row.host, secure)}/` })
}

/** Its certificate ran out: browsers refuse it, so that the platform's host is the first address until there is another. */
export async function loseCertificate(change: Change, row: custom_domain): Promise<void> {
  const { tx, now } = change
  await tx.custom_domain.update({
    where: { id: row.id },
    data: { status: row.status === 'failing' ? 'failing' : 'verified', canonical: false, certificate_sealed: null, certificate_hosts: [] },
  })
  await tx.tenant_domain.updateMany({ where: { host: row.host, tenant_id: row.tenant_id }, data: { canonical: false, secure: false } })
  await changeDocument(tx, row.tenant_id, {}, now)
  await tell(change, row, 'domain-expired', { reason: (row.failure as { message?: string } | null)?.message ?? '' })
}

/** The proof is back: as live as it was. */
export async function recover(change: Change, row: custom_domain): Promise<void> {
  if (row.certificate_sealed !== null || !issuesCertificates(change.settings.domains)) return becomeLive(change, row)
  await change.tx.custom_domain.update({
    where: { id: row.id },
    data: { status: 'verified', failing_since: null, failure: jsonNull },
  })
}

/** The proof is gone: it goes on for {@link graceHours} hours, and the owner is told. */
export async function becomeFailing(change: Change, row: custom_domain, failure: { code: string; message: string }): Promise<void> {
  const { tx, now } = change
  await tx.custom_domain.update({
    where: { id: row.id },
    data: { status: 'failing', failing_since: row.failing_since ?? now, checked_at: now, failure: json(failure) },
  })
  if (row.failing_since === null) await tell(change, row, 'domain-failing', { hours: graceHours, reason: failure.message })
}

/**
 * Gives a host back: it leads nowhere, another tenant may prove it, and the next live domain or the platform's host is
 * the tenant's first address again. What the driver keeps is cleared by the reconciler at the next look.
 */
export async function release(
  change: Change,
  row: custom_domain,
  status: 'lost' | 'removed',
  failure: { code: string; message: string } | null,
): Promise<void> {
  const { tx, now } = change
  await tx.custom_domain.update({
    where: { id: row.id },
    data: {
      status,
      canonical: false,
      ended_at: now,
      next_at: now,
      failure: failure ? json(failure) : jsonNull,
      certificate_sealed: null,
      certificate_hosts: [],
      order_url: null,
      order_key_sealed: null,
      order_hosts: [],
      order_retry_at: null,
    },
  })
  await tx.domain_challenge.deleteMany({ where: { domain_id: row.id } })
  if (!proven.includes(row.status)) return
  await tx.tenant_domain.deleteMany({ where: { host: row.host, tenant_id: row.tenant_id, kind: 'custom' } })
  const next = row.canonical
    ? await tx.custom_domain.findFirst({ where: { tenant_id: row.tenant_id, status: 'live' }, orderBy: { created_at: 'asc' } })
    : null
  if (next) await setCanonical(tx, next)
  await changeDocument(tx, row.tenant_id, {}, now)
  if (status === 'lost') await tell(change, row, 'domain-lost', { reason: failure?.message ?? '' })
}

/** Makes a domain the first address in place of whichever is. */
export async function setCanonical(tx: Tx, row: Pick<custom_domain, 'id' | 'host' | 'tenant_id'>): Promise<void> {
  const others = { tenant_id: row.tenant_id, canonical: true }
  await tx.custom_domain.updateMany({ where: others, data: { canonical: false } })
  await tx.tenant_domain.updateMany({ where: others, data: { canonical: false } })
  await tx.custom_domain.update({ where: { id: row.id }, data: { canonical: true } })
  await tx.tenant_domain.updateMany({ where: { host: row.host, tenant_id: row.tenant_id }, data: { canonical: true } })
}

/** When to look at a domain again whose proof was asked for at `checked`. Claims are asked after more rarely the older they are. */
export function nextCheck(row: Pick<custom_domain, 'status' | 'created_at' | 'failing_since'>, checked: Date): Date {
  const age = (checked.getTime() - row.created_at.getTime()) / 1000
  const claimed = age < 3_600 ? 120 : age < 7 * 86_400 ? 3_600 : checkEvery
  const seconds = row.status === 'claimed' ? claimed : row.status === 'failing' ? checkFailingEvery : checkEvery
  return new Date(checked.getTime() + seconds * 1000)
}

async function tell(
  { tx, sealing, settings, now }: Change,
  row: custom_domain,
  template: MailTemplate,
  parameters: Record<string, string | number>,
): Promise<void> {
  const tenant = await tx.tenant.findUniqueOrThrow({
    where: { id: row.tenant_id },
    select: { slug: true, owner_sealed: true, default_locale: true },
  })
  const to = sealing.open('personal', tenant.owner_sealed)
  if (to === '') return
  const platform = `${tenant.slug}.${settings.binding.public.base_domain}`
  const url = `${originOf(settings, `admin.${platform}`, false)}/`
  await sendMail(
    tx,
    sealing,
    {
      to,
      locale: tenant.default_locale as Locale,
      template,
      parameters: { url, platform, ...parameters, host: shownHost(row.host) },
      tenantId: row.tenant_id,
    },
    now,
  )
}
