import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresCluster } from './cluster.ts'
import { withConnection } from './connection.ts'
import { Databases } from './databases.ts'
import { memoryFolder, removeWhenThisProcessEnds } from './throwaway.ts'

const dir = mkdtempSync(join(memoryFolder(), 'cityos-states-'))
const passwords = { superuser: 'superuser', platform: 'platform' }
// autovacuum runs, as on a platform
const cluster = new PostgresCluster({ dir: join(dir, 'postgres'), logFile: join(dir, 'postgres.log'), passwords, durability: 'durable' })
let databases: Databases
let administrator: pg.Client
let forget: () => void

beforeAll(async () => {
  if (cluster.account.uid !== null) chmodSync(dir, 0o711)
  await cluster.start()
  forget = removeWhenThisProcessEnds(dir, cluster.identity!.pid)
  databases = new Databases(cluster.url())
  await databases.ensureGroups()
  const { port } = cluster
  administrator = new pg.Client({ host: '127.0.0.1', port, user: 'cityos_superuser', password: 'superuser', database: 'postgres' })
  await administrator.connect()
})
afterAll(async () => {
  await administrator?.end()
  await databases?.close()
  await cluster.stop()
  rmSync(dir, { recursive: true, force: true })
  forget()
})

it('sessions of a database end, and it gets another name, while autovacuum is at work in it', async () => {
  // as slow as it can be, and at once
  const settings = { naptime: '1s', vacuum_cost_delay: '100ms', vacuum_cost_limit: '1', vacuum_insert_threshold: '10' }
  for (const [name, value] of Object.entries(settings)) await administrator.query(`ALTER SYSTEM SET autovacuum_${name} = '${value}'`)
  await administrator.query('SELECT pg_reload_conf()')
  const url = await databases.ensurePlatformDatabase('busy')
  // what a session has done is told to autovacuum at its end
  await withConnection(url, 'filler', (filler) =>
    filler.query('CREATE TABLE filled AS SELECT md5(g::text) AS words FROM generate_series(1, 200000) g'),
  )
  const session = new pg.Client(url)
  const ended = new Promise((resolve) => session.on('error', resolve))
  await session.connect()
  const inside = async () => {
    const { rows } = await administrator.query<{ kind: string }>(
      `SELECT backend_type AS kind FROM pg_stat_activity WHERE datname IN ('busy', 'other')`,
    )
    return rows.map(({ kind }) => kind).sort()
  }
  await expect.poll(inside).toEqual(['autovacuum worker', 'client backend'])
  await databases.states.setReadOnly('busy', true)
  expect(await ended).toMatchObject({ code: '57P01' })
  await expect.poll(inside).toEqual(['autovacuum worker'])
  await databases.states.rename('busy', 'other')
  expect([await databases.exists('busy'), await databases.exists('other')]).toEqual([false, true])
})
