import {
  type CustomDomain,
  claimDomain,
  listDomains,
  makeDomainCanonical,
  removeDomain,
  verifyDomain,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { printFacts, printJson, printTable, say } from './output.ts'

/** Domains of a tenant, with what is wrong where something is. */
export async function listOf(tenant: string, options: CommonOptions & { limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const { items } = await session.call(listDomains, { params: { id: tenant }, query: { limit: Number(options.limit ?? 20) } })
  if (options.json) return printJson(items)
  printTable(
    ['host', 'status', 'first', 'certificate until', 'what is wrong'],
    items.map((item) => [
      item.display_host,
      item.status,
      item.canonical ? 'yes' : '',
      item.certificate?.not_after.slice(0, 10) ?? (item.certificates ? '–' : 'none: plain http'),
      item.failure?.message ?? '',
    ]),
    'the tenant has no domains of its own',
  )
}

/** Claims a host and prints the records its owner has to set. */
export async function add(tenant: string, host: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const domain = await session.call(claimDomain, { params: { id: tenant }, body: { host } })
  if (options.json) return printJson(domain)
  say(`${domain.display_host} is claimed. Set these records where its DNS is kept (A instead of CNAME at the top of a zone):\n`)
  printRecords(domain)
  say(`\nthen: ./cityos domain verify ${tenant} ${domain.host}`)
}

/** Asks DNS now. Exit code 1 while the proof is not there. */
export async function verify(tenant: string, host: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const domain = await session.call(verifyDomain, { params: { id: tenant, host } })
  if (domain.status === 'claimed' || domain.failing_since !== null) process.exitCode = 1
  if (options.json) return printJson(domain)
  showDomain(domain)
  if (process.exitCode === 1) printRecords(domain)
}

export async function canonical(tenant: string, host: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const domain = await session.call(makeDomainCanonical, { params: { id: tenant, host } })
  if (options.json) return printJson(domain)
  say(`${domain.display_host} is the first address now`)
}

export async function remove(tenant: string, host: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const domain = await session.call(removeDomain, { params: { id: tenant, host } })
  if (options.json) return printJson(domain)
  say(`${domain.display_host} leads nowhere here any more`)
}

function showDomain(domain: CustomDomain): void {
  printFacts({
    domain: `${domain.display_host} (${domain.status})`,
    address: domain.url ?? '–',
    certificate: domain.certificate
      ? `until ${domain.certificate.not_after}, ${domain.certificate.issuer}`
      : domain.certificates
        ? 'on its way'
        : 'none: this platform serves custom domains over plain http',
    ...(domain.failure ? { 'what is wrong': domain.failure.message } : {}),
  })
}

function printRecords(domain: CustomDomain): void {
  printTable(
    ['type', 'name', 'value', 'what for'],
    domain.records.map((record) => [record.type, record.name, record.value, record.purpose]),
    '',
  )
}
