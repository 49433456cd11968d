import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError } from '@cityos/contract'
import type { TestDatabase } from '@cityos/provisioning/testing'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, testBinding, until } from '../../testing/platform.ts'
import { Background } from '../background/background.ts'
import { Clock, later, minutes } from '../clock/clock.ts'
import { Database } from '../db/index.ts'
import { Lease } from '../lease/lease.ts'
import { counting, countingWorkflow, first, second, third } from './fixture/counting.ts'
import { WorkflowEngine, Workflows } from './workflow-engine.ts'

const here = import.meta.dirname
/** Inside the package, so that the child finds its dependencies. */
const built = join(here, '../../node_modules/.workflow-test', String(process.pid))
let cluster: TestCluster
let tenant: TestDatabase
const children: ChildProcess[] = []

beforeAll(async () => {
  cluster = await TestCluster.start()
  const build = await rolldown({
    input: join(here, 'fixture/process.ts'),
    cwd: join(here, '../..'),
    platform: 'node',
    tsconfig: join(here, '../../tsconfig.json'),
    external: [
      /^@nestjs\/(microservices|websockets|platform-express)/,
      /^(class-transformer|class-validator|pg-native|@fastify\/view)/,
      '@dbos-inc/dbos-sdk',
    ],
    logLevel: 'silent',
  })
  await build.write({ dir: built, format: 'esm', entryFileNames: 'process.mjs' })
  await build.close()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(built, { recursive: true, force: true })
  await cluster.stop()
})
beforeEach(async () => {
  tenant = await cluster.tenant()
})

describe('in one process', () => {
  let platform: TestPlatform
  let ran: string[]
  let afterFirst: () => Promise<void>
  beforeEach(async () => {
    platform = await cluster.platform(tenant)
    ran = []
    afterFirst = async () => {}
    const workflows = platform.get(Workflows)
    workflows.define(counting, countingWorkflow)
    workflows.step(first, async ({ name }) => {
      if (name === 'refused') throw new DomainError('insufficient_stock', { details: { resources: ['r1'] } })
      ran.push('first')
      await afterFirst()
      if (name === 'flaky' && ran.length < 3) throw new Error('network')
      return 1
    })
    workflows.step(second, async () => Number(ran.push('second') && 2))
    workflows.step(third, async () => Number(ran.push('third') && 3))
    await platform.get(Background).start()
  })

  it('runs its steps, once per id', async () => {
    const engine = platform.get(WorkflowEngine)
    const handles = await Promise.all([1, 2, 3].map(() => engine.start(counting, 'count:same', { name: 'x' })))
    const results = await Promise.all(handles.map((handle) => handle.result()))
    expect(new Set(results.map((result) => result.total))).toEqual(new Set([6]))
    expect(ran).toEqual(['first', 'second', 'third'])
    await platform.close()
  })

  it('hands a rule’s refusal to the caller as it is, also to one who asks later', async () => {
    const engine = platform.get(WorkflowEngine)
    const refused = { code: 'insufficient_stock', details: { resources: ['r1'] } }
    await expect((await engine.start(counting, 'count:refused', { name: 'refused' })).result()).rejects.toMatchObject(refused)
    await expect((await engine.start(counting, 'count:refused', { name: 'refused' })).result()).rejects.toMatchObject(refused)
    await platform.close()
  })

  it('says that the database is away while it cannot start, and starts with the next request once it is back', async () => {
    const owner = await cluster.owner(tenant)
    const engine = platform.get(WorkflowEngine)
    await owner.query('ALTER SCHEMA dbos RENAME TO dbos_away')
    await expect(engine.start(counting, 'count:away', { name: 'x' })).rejects.toMatchObject({
      code: 'dependency_unavailable',
      details: { retry_after: 2 },
    })
    await owner.query('ALTER SCHEMA dbos_away RENAME TO dbos')
    expect((await (await engine.start(counting, 'count:away', { name: 'x' })).result()).total).toBe(6)
    await platform.close()
  })

  it('tries a failing step again', async () => {
    await (await platform.get(WorkflowEngine).start(counting, 'count:flaky', { name: 'flaky' })).result()
    expect(ran).toEqual(['first', 'first', 'first', 'second', 'third'])
    await platform.close()
  })

  it('waits for a signal; the first one counts', async () => {
    const engine = platform.get(WorkflowEngine)
    const handle = await engine.start(counting, 'count:signal', { name: 'x', signal: true })
    await until(() => ran.includes('second'))
    const database = platform.get(Database)
    for (const payload of [{ by: 'webhook' }, { by: 'again' }])
      await database.transaction((tx) => engine.send(tx, 'count:signal', 'paid', payload))
    expect((await handle.result()).paid).toEqual({ by: 'webhook' })
    await platform.close()
  })

  it('stops waiting at the deadline, which is a timer row that wakes a sleeping tenant', async () => {
    const engine = platform.get(WorkflowEngine)
    const clock = platform.get(Clock)
    const handle = await engine.start(counting, 'count:deadline', { name: 'x', signal: true })
    const wakes = () => platform.get(Database).read.selectFrom('timer').select('due_at').where('kind', '=', 'workflow.wake').execute()
    await until(async () => (await wakes()).length === 1)
    clock.travelTo(later(clock.now(), minutes(16)))
    const result = await handle.result()
    expect([result.paid, ran.at(-1)]).toEqual([null, 'third'])
    await platform.close()
  })

  it('a process that has lost the lease runs no further step; whoever holds it next runs each of the others once', async () => {
    const owner = await cluster.owner(tenant)
    const lease = platform.get(Lease)
    afterFirst = async () => {
      await owner.query(`UPDATE lease SET holder = 'own_another', fence = fence + 1, expires_at = now() + interval '1 hour'`)
    }
    const handle = await platform.get(WorkflowEngine).start(counting, 'count:fenced', { name: 'x' })
    handle.result().catch(() => {})
    await until(() => ran.length === 1 && !lease.held)
    expect(ran).toEqual(['first'])
    const status = async () =>
      (await owner.query(`SELECT status FROM dbos.workflow_status WHERE workflow_uuid = 'count:fenced'`)).rows[0]?.status
    expect(await status()).toBe('PENDING')
    await owner.query(`UPDATE lease SET expires_at = now() - interval '1 second'`)
    await until(async () => (await status()) === 'SUCCESS', 15_000)
    expect(ran).toEqual(['first', 'second', 'third'])
    expect(lease.fence).toBeGreaterThan(1)
    await platform.close()
  }, 30_000)

  it('a process without the lease leaves the work to the holder and gets the result', async () => {
    const other = await cluster.platform(tenant)
    await other.get(Background).start()
    const handle = await other.get(WorkflowEngine).start(counting, 'count:elsewhere', { name: 'x' })
    expect((await handle.result()).total).toBe(6)
    expect(ran).toEqual(['first', 'second', 'third'])
    await other.close()
    await platform.close()
  })
})

/** Processes of one tenant, and what the steps of its workflow have left: `name:pid`. */
async function processes() {
  const run = (env: Record<string, string>, standby = false): ChildProcess => {
    const child = spawn(process.execPath, [join(built, 'process.mjs')], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    children.push(child)
    child.stdin?.end(JSON.stringify({ ...testBinding(tenant), standby }))
    return child
  }
  const owner = await cluster.owner(tenant)
  const marks = async (): Promise<string[]> =>
    (
      await owner.query<{ name: string; pid: string }>(
        `SELECT payload->>'name' AS name, split_part(ref, ':', 2) AS pid FROM timer WHERE kind = 'mark' ORDER BY id`,
      )
    ).rows.map((row) => `${row.name}:${row.pid}`)
  return { run, marks, owner }
}

describe('a workflow that waits for somebody while a release is exchanged', { retry: 0 }, () => {
  it('is handed on: no step runs twice, and the new process goes on with it', async () => {
    const { run, marks, owner } = await processes()
    const old = run({ START: '1', SIGNAL: '1' })
    await until(async () => (await marks()).length === 2, 20_000)
    const young = run({}, true)
    await until(async () => (await marks()).length === 3, 20_000)
    young.kill('SIGUSR2')
    const ended = new Promise((resolve) => old.once('exit', resolve))
    old.kill('SIGTERM')
    expect(await ended).toBe(0)
    const holder = async () => (await owner.query<{ holder: string }>('SELECT holder FROM lease')).rows[0]?.holder
    await until(async () => (await holder()) !== undefined)
    await owner.query(`INSERT INTO workflow_signal (workflow_id, signal, payload, sent_at) VALUES ('count:1', 'paid', '{}', now())`)
    await owner.query(`SELECT pg_notify('cityos', 'workflow count:1')`)
    await until(async () => (await marks()).length === 4, 20_000)
    expect(await marks()).toEqual([`first:${old.pid}`, `second:${old.pid}`, `stands by:${young.pid}`, `third:${young.pid}`])
  }, 60_000)
})

it('a killed process’s workflow goes on in the next one: the finished step is not run again, the interrupted one is', async () => {
  const { run, marks, owner } = await processes()
  const killed = run({ START: '1', HANG: '1' })
  await until(async () => (await marks()).length === 2, 20_000)
  killed.kill('SIGKILL')
  const next = run({})
  await until(async () => (await marks()).length === 4, 20_000)
  expect(await marks()).toEqual([`first:${killed.pid}`, `second:${killed.pid}`, `second:${next.pid}`, `third:${next.pid}`])
  await until(
    async () =>
      (await owner.query(`SELECT 1 FROM dbos.workflow_status WHERE workflow_uuid = 'count:1' AND status = 'SUCCESS'`)).rows.length === 1,
  )
}, 60_000)
