import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { applicationUrl, platformUrl } from '../addresses.ts'
import { processesOf, TestPlatform, until } from '../testing/platform.ts'

// Whole processes start and end here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.create()
  await platform.up()
})
afterAll(() => platform?.down())

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('its own server listens on loopback only, asks for passwords and keeps its files to itself', async () => {
  const rows = await query(
    platformUrl(platform.dataDir),
    `SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'fsync', 'password_encryption') ORDER BY 1`,
  )
  expect(rows.map((row) => row['setting'])).toEqual(['on', '127.0.0.1', 'scram-sha-256'])
  const rules = readFileSync(join(platform.dataDir, 'postgres', 'data', 'pg_hba.conf'), 'utf8')
  expect(rules).not.toMatch(/trust|0\.0\.0\.0/)
  expect(statSync(join(platform.dataDir, 'postgres', 'data')).mode & 0o077).toBe(0)
})

test('kill -9 of the server: it comes back on its port, and nothing that was committed is lost', async () => {
  const { id } = await platform.tenant('durable')
  const url = applicationUrl(platform.dataDir, id)
  await query(url, `INSERT INTO thing (id, amount) VALUES ('kept', 42)`)
  const before = (await platform.status()).parts.find((part) => part.name === 'postgres')!.pid!
  process.kill(before, 'SIGKILL')
  await until('Postgres is back', async () => {
    const part = (await platform.status()).parts.find((candidate) => candidate.name === 'postgres')!
    return part.state === 'running' && part.pid !== before
  })
  expect(await query(url, 'SELECT * FROM thing')).toEqual([{ id: 'kept', amount: '42' }])
  expect((await platform.request('durable.localhost', '/pid')).status).toBe(200)
})

test('kill -9 of the node and of everything it ran: the next start has every tenant again', async () => {
  const { id, host } = await platform.tenant('survivor')
  await query(applicationUrl(platform.dataDir, id), `INSERT INTO thing (id) VALUES ('kept')`)
  const status = await platform.status()
  const pids = [status.pid, ...status.parts.map((part) => part.pid), ...status.tenants.map((tenant) => tenant.pid)].filter(
    (pid) => pid !== null,
  )
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until('all gone', async () => processesOf(platform.dataDir).length === 0)
  await platform.up()
  await until('the tenant answers', async () => (await platform.request(host, '/pid')).status === 200)
  expect(await query(applicationUrl(platform.dataDir, id), 'SELECT id FROM thing')).toEqual([{ id: 'kept' }])
})

test('SIGTERM ends everything in order and leaves no process; the next start takes it up again', async () => {
  const { host } = await platform.tenant('evening')
  const ended = new Promise((resolve) => platform.node!.once('exit', resolve))
  platform.node!.kill('SIGTERM')
  expect(await ended).toBe(0)
  await until('no process is left', async () => processesOf(platform.dataDir).length === 0)
  const log = platform.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line).message)
  expect(log.at(-1)).toBe('stopped')
  await platform.up()
  await until('the tenant answers', async () => (await platform.request(host, '/pid')).status === 200)
})

test('Ctrl-C in the terminal (SIGINT to the node alone or to its group) ends well, too', async () => {
  const ended = new Promise((resolve) => platform.node!.once('exit', resolve))
  platform.node!.kill('SIGINT')
  platform.node!.kill('SIGINT')
  expect(await ended).toBe(0)
  await until('no process is left', async () => processesOf(platform.dataDir).length === 0)
  await platform.up()
})

test('a database server that may do too little, or is not there, is named with what to do', async () => {
  const poor = await TestPlatform.create({ databaseUrl: platformUrl(platform.dataDir) })
  try {
    await query(platformUrl(platform.dataDir), `CREATE ROLE weak LOGIN PASSWORD 'weak'; GRANT CONNECT ON DATABASE postgres TO weak`).catch(
      () => undefined,
    )
    const weak = Object.assign(new URL(platformUrl(platform.dataDir)), { username: 'weak', password: 'weak' }).toString()
    for (const [url, message] of [
      [weak, 'cannot be used: permission denied for database "postgres"'],
      ['postgresql://nobody@127.0.0.1:1/postgres', 'cannot be used: connect ECONNREFUSED'],
    ] as const) {
      const child = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          new URL('./main.ts', import.meta.url).pathname,
          '--data',
          poor.dataDir,
          '--port',
          String(poor.port),
        ],
        {
          env: { ...process.env, DATABASE_URL: url },
        },
      )
      let text = ''
      child.stderr.on('data', (chunk: Buffer) => {
        text += chunk
      })
      expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1)
      expect(text).toContain(message)
    }
  } finally {
    await poor.down()
  }
})
