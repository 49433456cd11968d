import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiError, protocolsAgree } from '@cityos/contract'
import { createTenant, listReleases, readTenant, type Tenant } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf } from './command.ts'
import { checkData, type DataDirectory, readOperator } from './data-directory.ts'
import { stop } from './down.ts'
import { Failure } from './failure.ts'
import { followLog } from './logs.ts'
import { type NodeStatus, readNode, startNode } from './node.ts'
import { followOperation } from './operation-stream.ts'
import { bold, faint, Progress, printJson, say } from './output.ts'
import { requireFreePort } from './port.ts'
import { type StoredRelease, storeOwnRelease } from './release-store.ts'
import { forgetTokens, openSession } from './session.ts'
import { Unreachable } from './transport.ts'

export interface UpOptions extends CommonOptions {
  port?: string
  detach?: boolean
  demo: boolean
}

const defaultPort = 8080
const readyWithin = 90_000

/**
 * Starts the platform and the demo tenant. What already runs is left as it is; what was lost is started again.
 * Attached, it follows the log until Ctrl-C, which stops the platform in order.
 */
export async function up(options: UpOptions): Promise<void> {
  const data = dataOf(options)
  checkData(data)
  const progress = new Progress()
  const running = await readNode(data)
  const port = choosePort(data, options.port, running)
  const fresh = !existsSync(data.operatorPath)
  if (!running) await requireFreePort(port, data.path)
  progress.start('prepare the release')
  const release = await storeOwnRelease(data, (line) => progress.note(line))
  progress.done(`release ${release.version}`)
  if (running && running.release !== release.version) await requireKnownPlanes(data, release)
  await ensureNode(data, running, port, release, progress)
  writeFileSync(configPath(data), `${JSON.stringify({ port }, null, 2)}\n`)
  const demo = options.demo ? await ensureDemo(data) : null
  const status = await readNode(data)
  if (options.json) printJson({ data: data.path, ...describeAddresses(data, demo), node: status })
  else announce(data, demo, fresh)
  if (!options.detach) await follow(data)
}

function configPath(data: DataDirectory): string {
  return join(data.path, 'config.json')
}

function choosePort(data: DataDirectory, asked: string | undefined, running: NodeStatus | null): number {
  const before = existsSync(configPath(data)) ? (JSON.parse(readFileSync(configPath(data), 'utf8')) as { port: number }).port : null
  const port = asked === undefined ? (running?.settings.port ?? before ?? defaultPort) : Number(asked)
  if (running && running.settings.port !== port) {
    throw new Failure(
      `This platform already runs on port ${running.settings.port}.`,
      `To move it: ./cityos down --data ${data.path}; ./cityos up --port ${port} --data ${data.path}`,
    )
  }
  return port
}

/** A node that is ready and runs this release; an older build's node is replaced (data planes keep their own release). */
async function ensureNode(
  data: DataDirectory,
  running: NodeStatus | null,
  port: number,
  release: StoredRelease,
  progress: Progress,
): Promise<void> {
  if (running && running.release !== null && running.release !== release.version) {
    progress.start(`stop release ${running.release}`)
    await stop(data)
    progress.done()
  }
  const keep = running?.release === release.version
  progress.start(keep ? 'the platform runs' : 'start the platform')
  if (!keep) forgetTokens(data)
  const node = keep ? null : startNode(data, port, release.dir)
  await (node ? Promise.race([node.ended, becomeReady(data, progress)]) : becomeReady(data, progress)).catch(async (error: Error) => {
    progress.fail()
    if (!keep) await stop(data)
    if (error instanceof Failure) throw error
    throw new Failure(`The platform did not start: ${error.message}`, `The log says more: ${data.nodeLog}`)
  })
  progress.done()
}

/**
 * Control plane N works with data planes N and N−1 (design §4). Looked at before the running one is stopped; where it does
 * not answer, the new one looks itself when it starts.
 * @throws Failure naming the releases that have to be left first
 */
async function requireKnownPlanes(data: DataDirectory, release: StoredRelease): Promise<void> {
  const used = await openSession(data)
    .then((session) => session.call(listReleases, { query: { limit: 100 } }))
    .catch((error: unknown) => {
      if (error instanceof Unreachable || error instanceof ApiError) return null
      throw error
    })
  const strangers = used?.items.filter((each) => each.tenants > 0 && !protocolsAgree(release.protocol, each.protocol ?? 1)) ?? []
  if (strangers.length === 0) return
  throw new Failure(
    `Release ${release.version} speaks protocol ${release.protocol} and cannot work with data planes that tenants run here.`,
    ...strangers.map((each) => `${each.version} speaks ${each.protocol}: ${each.tenants} tenants`),
    'Upgrade these tenants first: ./cityos fleet upgrade --to a release between them. Nothing was changed.',
  )
}

async function becomeReady(data: DataDirectory, progress: Progress): Promise<void> {
  const deadline = performance.now() + readyWithin
  let shown = 0
  let last: NodeStatus | null = null
  while (performance.now() < deadline) {
    last = await readNode(data)
    if (last?.phase === 'ready') return
    const broken = last?.parts.find((part) => part.state === 'crashed' && part.restarts >= 3)
    if (broken) throw new Error(`${broken.name} crashes again and again: ${broken.error ?? 'no reason given'}`)
    const happened = last?.progress ?? []
    for (const { message } of happened.slice(shown)) progress.note(message)
    shown = happened.length
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const late = last?.parts.filter((part) => part.state !== 'running' && part.state !== 'external') ?? []
  throw new Failure(
    `The platform was not ready within ${readyWithin / 1000} s.`,
    ...late.map((part) => `${part.name}: ${part.error ?? part.state}`),
    `The log says more: ${data.nodeLog}`,
  )
}

/** The demo tenant is created through the public API, like any other. */
async function ensureDemo(data: DataDirectory): Promise<Tenant> {
  const session = await openSession(data)
  const existing = await session.call(readTenant, { params: { id: 'dakkah' } }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  })
  const operationId = existing
    ? existing.status === 'provisioning' || existing.status === 'trial'
      ? existing.operation_id
      : null
    : (
        await session.call(
          createTenant,
          {
            body: {
              slug: 'dakkah',
              name: { en: 'Dakkah', fr: 'Dakkah', ar: 'دكة' },
              owner: 'owner@dakkah.test',
              verticals: 'all',
              locales: ['en', 'fr', 'ar'],
              currency: 'SAR',
              seed: true,
              test: true,
              internal: true,
            },
          },
          { idempotencyKey: 'cityos-up-demo-tenant' },
        )
      ).operation.id
  if (operationId) await followOperation(session, operationId, true)
  return session.call(readTenant, { params: { id: 'dakkah' } })
}

function describeAddresses(data: DataDirectory, demo: Tenant | null) {
  return {
    url: readOperator(data).origin,
    ...(demo
      ? { tenant: { slug: demo.slug, url: demo.url, admin_url: demo.admin_url, vendor_url: demo.vendor_url, status: demo.status } }
      : {}),
  }
}

function announce(data: DataDirectory, demo: Tenant | null, fresh: boolean): void {
  const operator = readOperator(data)
  say()
  say(`  Operator console   ${bold(operator.origin)}`)
  say(`  Sign in as         ${bold(operator.email)}${fresh ? `   password ${bold(operator.password)}` : ''}`)
  say(faint(`                     (the credential is kept in ${data.operatorPath})`))
  if (demo) {
    say(`  Demo storefront    ${bold(demo.url)}`)
    say(`  Demo admin         ${demo.admin_url}`)
    say(`  Demo vendors       ${demo.vendor_url}`)
  }
  say()
}

/** Follows the log until Ctrl-C; then stops everything. A second Ctrl-C leaves at once. */
async function follow(data: DataDirectory): Promise<void> {
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort())
  process.once('SIGTERM', () => stopped.abort())
  say(faint('  Ctrl-C stops it; ./cityos up --detach leaves it running.'))
  await followLog(data.nodeLog, stopped.signal)
  process.once('SIGINT', () => process.exit(130))
  const progress = new Progress()
  progress.start('stop the platform')
  await stop(data)
  progress.done()
}
