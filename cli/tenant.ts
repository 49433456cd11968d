import { ApiError, type Locale, pickText } from '@cityos/contract'
import {
  createTenant,
  listTenants,
  readSubscription,
  readTenant,
  readTenantHealth,
  readTenantLogs,
  renameTenant,
  reopenTenant,
  resumeTenant,
  sleepTenant,
  suspendTenant,
  type Tenant,
  wakeTenant,
} from '@cityos/control-plane/contract'
import type { CommonOptions } from './command.ts'
import { sessionOf } from './command.ts'
import { followOperation } from './operation-stream.ts'
import { bold, printFacts, printJson, printTable, say } from './output.ts'
import type { Session } from './session.ts'
import { printSubscription } from './subscription.ts'

export interface CreateOptions extends CommonOptions {
  name: string
  owner: string
  plan?: string
  verticals?: string
  locales?: string
  currency?: string
  driver?: 'local' | 'kubernetes'
  region?: string
  seed?: boolean
  test?: boolean
  internal?: boolean
  wait?: boolean
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)

/** Creates a tenant; prints the tenant, and for people also the owner's invitation. */
export async function create(slug: string, options: CreateOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(createTenant, {
    body: {
      slug,
      name: options.name,
      owner: options.owner,
      plan: options.plan,
      verticals: options.verticals === undefined ? undefined : options.verticals === 'all' ? 'all' : list(options.verticals),
      locales: options.locales ? (list(options.locales) as Locale[]) : undefined,
      currency: options.currency,
      driver: options.driver,
      region: options.region,
      seed: options.seed ?? false,
      test: options.test,
      internal: options.internal,
    },
  })
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const tenant = options.wait ? await session.call(readTenant, { params: { id: started.tenant.id } }) : started.tenant
  if (options.json) return printJson({ ...tenant, invitation: started.invitation })
  showTenant(tenant)
  say()
  say(`The owner's invitation (works once, until ${started.invitation.expires_at}): ${bold(started.invitation.url)}`)
  if (!options.wait) say(`Watch it: ./cityos operation show ${started.operation.id}`)
}

export async function listAll(options: CommonOptions & { status?: Tenant['status'] }): Promise<void> {
  const session = await sessionOf(options)
  const tenants: Tenant[] = []
  for (;;) {
    const page = await session.call(listTenants, { query: { limit: 100, offset: tenants.length, status: options.status } })
    tenants.push(...page.items)
    if (page.items.length === 0 || tenants.length >= page.total) break
  }
  if (options.json) return printJson(tenants)
  printTable(
    ['slug', 'name', 'status', 'runtime', 'plan', 'size', 'release', 'address'],
    tenants.map((tenant) => [
      tenant.slug,
      pickText(tenant.name, 'en'),
      tenant.status,
      tenant.runtime ?? '–',
      tenant.plan,
      tenant.database_bytes === null ? '–' : `${(tenant.database_bytes / 1_048_576).toFixed(1)} MB`,
      tenant.release,
      tenant.url,
    ]),
    'No tenants yet: ./cityos tenant create SLUG --name … --owner EMAIL --wait',
  )
}

export async function show(slug: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const tenant = await session.call(readTenant, { params: { id: slug } })
  if (options.json) return printJson(tenant)
  showTenant(tenant)
  const health = await session.call(readTenantHealth, { params: { id: slug } })
  printFacts({
    memory: health.memory_bytes === null ? null : `${Math.round(health.memory_bytes / 1048576)} MB`,
    restarts: health.restarts,
    'next wake': health.next_wake_at,
    'last error': health.last_error,
    orders: health.report?.usage.orders,
    products: health.report?.usage.products,
  })
  const held = await session.call(readSubscription, { params: { id: slug } }).catch(withoutOne)
  if (held) printSubscription(held)
}

/** A tenant that is still being made, or failed, pays for nothing; who may not see what is paid sees the rest. */
function withoutOne(error: unknown): null {
  if (error instanceof ApiError && [403, 404].includes(error.status)) return null
  throw error
}

const verbs = {
  suspend: suspendTenant,
  resume: resumeTenant,
  sleep: sleepTenant,
  wake: wakeTenant,
  reopen: reopenTenant,
}
export type TenantVerb = keyof typeof verbs

/** Starts the operation and waits until it has happened, so that exit code 0 means that. */
export async function perform(verb: TenantVerb, slug: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(verbs[verb], { params: { id: slug } })
  await followOperation(session, started.operation.id, !options.json)
  await printTenant(session, slug, options)
}

/** Gives a tenant another address; exit code 0 only when it has it. */
export async function rename(slug: string, to: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(renameTenant, { params: { id: slug }, body: { slug: to } })
  await followOperation(session, started.operation.id, !options.json)
  await printTenant(session, to, options)
}

async function printTenant(session: Session, slug: string, options: CommonOptions): Promise<void> {
  const tenant = await session.call(readTenant, { params: { id: slug } })
  if (options.json) printJson(tenant)
  else say(`${tenant.slug}: ${tenant.status}, ${tenant.runtime ?? 'not running'}`)
}

export async function logs(slug: string, options: CommonOptions & { lines?: string }): Promise<void> {
  const session = await sessionOf(options)
  const answer = await session.call(readTenantLogs, { params: { id: slug }, query: { lines: Number(options.lines ?? 200) } })
  if (options.json) return printJson(answer.lines)
  for (const line of answer.lines) process.stdout.write(`${line}\n`)
}

function showTenant(tenant: Tenant): void {
  printFacts({
    tenant: `${pickText(tenant.name, 'en')} (${tenant.slug}, ${tenant.id})`,
    status: tenant.failure
      ? `${tenant.status} at ${tenant.failure.step}: ${tenant.failure.message} ${tenant.failure.way_out}`
      : tenant.status,
    runtime: tenant.runtime,
    operation: tenant.operation_id ?? undefined,
    plan: tenant.plan,
    verticals: tenant.verticals.join(', '),
    languages: tenant.locales.join(', '),
    currencies: tenant.currencies.join(', '),
    release: tenant.release,
    storefront: tenant.url,
    admin: tenant.admin_url,
    vendors: tenant.vendor_url,
    api: tenant.api_url,
  })
}
