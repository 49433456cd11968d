import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { StaleFence } from '../../driver.ts'
import { startTestPostgres, type TestPostgres } from '../postgres/testing.ts'
import { identify, isAlive } from '../process.ts'
import { socketRequest } from '../socket-request.ts'
import { document, processesOf, TestPlatform, until } from '../testing/platform.ts'
import { nodeAddress, startFailure } from './api.ts'

// Whole processes start and end here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const first = { operationId: 'op_1', number: 1 }

describe('a node with tenants', () => {
  let postgres: TestPostgres
  let platform: TestPlatform

  beforeAll(async () => {
    postgres = await startTestPostgres()
    platform = await TestPlatform.create({ databaseUrl: postgres.url, args: ['--probe-ms', '500'] })
    await platform.up()
  })
  afterAll(async () => {
    await platform?.down()
    await postgres?.stop()
  })

  test('a tenant gets a database of its own, a process and a route', async () => {
    const { id, host } = await platform.tenant('souq')
    const answer = await platform.request(host, '/pid')
    expect(answer.json.data).toMatchObject({ tenant: id, host })
    const kinds = (await platform.driver.inventory()).filter((item) => item.tenantId === id).map((item) => item.kind)
    expect(kinds.sort()).toEqual(['database', 'files', 'process', 'role', 'role', 'route', 'secret'])
    expect((await platform.driver.state(id)).runtime).toBe('running')
    const binding = (await platform.request(host, '/binding')).json.data
    expect(binding.tenant.id).toBe(id)
    expect(new URL(binding.database.url).username).toBe(`${new URL(binding.database.url).pathname.slice(1)}_app`)
    // A secret never stands in a command line or in an environment.
    const { pid } = (await platform.status()).tenants.find((tenant) => tenant.id === id)!
    for (const file of ['cmdline', 'environ']) expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain('b'.repeat(44))
  })

  test('secrets on disk are sealed, and files of the node are for its account only', () => {
    const folder = join(platform.dataDir, 'node', 'tenants')
    for (const file of readdirSync(folder)) {
      expect(readFileSync(join(folder, file), 'utf8')).not.toContain('b'.repeat(44))
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
    }
    expect(statSync(join(platform.dataDir, 'root.key')).mode & 0o077).toBe(0)
  })

  test('every step can be repeated and changes nothing the second time', async () => {
    const { id } = await platform.tenant('twice')
    const before = await platform.driver.inventory()
    const { pid } = (await platform.status()).tenants.find((tenant) => tenant.id === id)!
    await platform.tenant('twice')
    expect(await platform.driver.inventory()).toEqual(before)
    expect((await platform.status()).tenants.find((tenant) => tenant.id === id)!.pid).toBe(pid)
    expect(await platform.driver.seed(id, first)).toEqual({ changed: true })
    expect(await platform.driver.seed(id, first)).toEqual({ changed: false })
  })

  test('a runner whose lease was taken over changes nothing', async () => {
    const { id } = await platform.tenant('fenced', { fence: { operationId: 'op_2', number: 7 } })
    const before = await platform.driver.inventory()
    const { driver } = platform
    const old = { operationId: 'op_1', number: 6 }
    await expect(driver.stop(id, old)).rejects.toThrow(StaleFence)
    await expect(driver.dropDatabase(id, old)).rejects.toThrow(StaleFence)
    await expect(driver.route(id, [], old)).rejects.toThrow(StaleFence)
    expect(await driver.inventory()).toEqual(before)
    // The same lease may go on, a newer one too; and the number outlives the tenant's removal.
    const next = { operationId: 'op_3', number: 8 }
    await driver.stop(id, { operationId: 'op_2', number: 7 })
    await driver.dropDatabase(id, next)
    await driver.forget(id, next)
    expect((await driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
    await expect(driver.ensureDatabase(id, platform.release.version, old)).rejects.toThrow(StaleFence)
  })

  test('removing a tenant leaves nothing, also when it is repeated', async () => {
    const before = await platform.driver.inventory()
    const { id, host } = await platform.tenant('brief')
    for (const _ of [1, 2]) {
      await platform.driver.route(id, [], first)
      await platform.driver.stop(id, first)
      await platform.driver.dropDatabase(id, first)
      await platform.driver.forget(id, first)
    }
    expect(await platform.driver.inventory()).toEqual(before)
    expect((await platform.request(host, '/')).status).toBe(404)
    expect(existsSync(join(platform.dataDir, 'node', 'tenants', `${id}.json`))).toBe(false)
  })

  test('a crashed data plane comes back, and requests wait for it', async () => {
    const { id, host } = await platform.tenant('crash')
    const before = (await platform.request(host, '/pid')).json.data.pid
    await platform.request(host, '/crash').catch(() => undefined)
    const answer = await until('the data plane is back', async () => {
      const found = await platform.request(host, '/pid')
      return found.status === 200 && found.json.data.pid !== before ? found : null
    })
    expect(answer.json.data.tenant).toBe(id)
    const state = await platform.driver.state(id)
    expect(state).toMatchObject({ runtime: 'running', restarts: 1 })
  })

  test('one that hangs is ended and started again', async () => {
    const { id, host } = await platform.tenant('hung')
    const before = (await platform.request(host, '/pid')).json.data.pid
    platform.request(host, '/hang').catch(() => undefined)
    await until('another process answers', async () => {
      const pid = (await platform.status()).tenants.find((tenant) => tenant.id === id)!.pid
      return pid !== null && pid !== before && (await platform.request(host, '/pid')).status === 200
    })
    expect((await platform.driver.state(id)).lastError).toBeNull()
  })

  test('one that cannot start says why, and is tried again with backoff', async () => {
    await expect(platform.tenant('broken', { plan: 'broken' })).rejects.toThrow('the plan is broken')
    const id = `tnt_${'broken'.padEnd(26, '0')}`
    const state = await until('a second try', async () => {
      const found = await platform.driver.state(id)
      return found.restarts >= 2 && found.runtime === 'crashed' ? found : null
    })
    expect(state.lastError).toContain('the plan is broken')
    await platform.driver.stop(id, first)
    expect((await platform.driver.state(id)).runtime).toBe('absent')
  })

  test('an idle data plane is put to sleep and woken by the next request', async () => {
    const { id, host } = await platform.tenant('sleepy')
    const { pid } = (await platform.request(host, '/pid')).json.data
    const process_ = identify(pid)!
    expect((await platform.request(host, '/sleep')).json.data.status).toBe(202)
    await until('asleep', async () => (await platform.driver.state(id)).runtime === 'asleep' && !isAlive(process_))
    // A probe never wakes.
    expect((await platform.request(host, '/health')).json.data).toEqual({ status: 'ok', runtime: 'asleep' })
    expect((await platform.driver.state(id)).runtime).toBe('asleep')
    const woken = await platform.request(host, '/pid')
    expect(woken.status).toBe(200)
    expect(woken.json.data.pid).not.toBe(pid)
  })

  test('a sleeping tenant is woken when it has something to do, and not before', async () => {
    const { id, host } = await platform.tenant('timer')
    const until_ = new Date(Date.now() + 6_000).toISOString()
    await platform.request(host, `/sleep?until=${until_}`)
    await until('asleep', async () => (await platform.driver.state(id)).runtime === 'asleep')
    expect((await platform.driver.state(id)).nextWakeAt).toBe(until_)
    await until('awake again', async () => (await platform.driver.state(id)).runtime === 'running')
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until_))
  })

  test('no data plane puts another one to sleep, and nobody does without a token', async () => {
    const { id } = await platform.tenant('quiet')
    const { host } = await platform.tenant('noisy')
    expect((await platform.request(host, `/sleep?as=${id}`)).json.data.status).toBe(401)
    const bare = await socketRequest(nodeAddress(platform.dataDir)!.socket, 'POST', `/planes/${id}/idle`, {
      body: { next_due_at: null },
      timeoutMs: 5_000,
    })
    expect(bare.status).toBe(401)
    expect((await platform.driver.state(id)).runtime).toBe('running')
  })

  test('a tenant that has something to do in a moment stays awake', async () => {
    const { id, host } = await platform.tenant('busy')
    const answer = await platform.request(host, `/sleep?until=${new Date(Date.now() + 2_000).toISOString()}`)
    expect(answer.json.data.status).toBe(409)
    expect((await platform.driver.state(id)).runtime).toBe('running')
  })

  test('waking takes a process that was warm, and twenty requests wake a tenant once', async () => {
    const { id, host } = await platform.tenant('rush')
    await until('a warm process', async () => (await platform.status()).pool.processes > 0)
    await platform.driver.sleep(id)
    const answers = await Promise.all(Array.from({ length: 20 }, () => platform.request(host, '/pid')))
    expect(new Set(answers.map((answer) => answer.json.data.pid)).size).toBe(1)
  })

  test('a log is the tenant’s own from the first line, across warm and cold processes, and goes with it', async () => {
    await until('a warm process', async () => (await platform.status()).pool.processes > 0)
    const { id, host } = await platform.tenant('logged')
    for (const line of ['first', 'second', 'third']) {
      await platform.request(host, `/log?line=${line}`)
      await platform.driver.sleep(id)
      if (line === 'second') await until('a warm process', async () => (await platform.status()).pool.processes > 0)
      expect((await platform.request(host, '/pid')).status).toBe(200)
    }
    expect(await platform.driver.logs(id, 10)).toEqual(['first', 'second', 'third'])
    expect(await platform.driver.logs(id, 2)).toEqual(['second', 'third'])
    await platform.driver.stop(id, first)
    await platform.driver.forget(id, first)
    expect(readdirSync(join(platform.dataDir, 'logs')).filter((name) => name.includes(id))).toEqual([])
  })

  test('a host that leads to one tenant is not given to another', async () => {
    await platform.tenant('owner')
    const other = await platform.tenant('taker')
    await expect(platform.driver.route(other.id, ['owner.localhost'], first)).rejects.toThrow('owner.localhost leads to tenant')
  })

  test('an older document never replaces a newer one', async () => {
    const { id } = await platform.tenant('versions')
    const secrets = { tenantKey: 'a'.repeat(44), planeKey: 'b'.repeat(44) }
    const newer = { ...document(id, 'versions', platform.release.version), version: 5, plan: 'newer' }
    await platform.driver.configure(newer, secrets, first)
    await platform.driver.configure({ ...newer, version: 4, plan: 'older' }, secrets, first)
    const record = JSON.parse(readFileSync(join(platform.dataDir, 'node', 'tenants', `${id}.json`), 'utf8'))
    expect(record.document).toMatchObject({ version: 5, plan: 'newer' })
  })

  test('a second node on the same data directory is refused and leaves the first alone', async () => {
    const second = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', new URL('./main.ts', import.meta.url).pathname, '--data', platform.dataDir],
      {
        env: { ...process.env, DATABASE_URL: postgres.url },
      },
    )
    let text = ''
    second.stderr.on('data', (chunk: Buffer) => {
      text += chunk
    })
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(1)
    expect(text).toContain('another CityOS node already runs on this data directory')
    expect((await platform.status()).phase).toBe('ready')
  })

  test('with the control plane dead, a sleeper wakes; and the control plane comes back by itself', async () => {
    const { id, host } = await platform.tenant('alone')
    await platform.driver.sleep(id)
    const before = (await platform.status()).parts.find((part) => part.name === 'control-plane')!.pid!
    process.kill(before, 'SIGKILL')
    expect((await platform.request(host, '/pid')).status).toBe(200)
    await until('the control plane is back', async () => {
      const part = (await platform.status()).parts.find((candidate) => candidate.name === 'control-plane')!
      return part.state === 'running' && part.pid !== before
    })
  })

  test('a killed gateway comes back on the same port', async () => {
    const { host } = await platform.tenant('door')
    process.kill((await platform.status()).parts.find((part) => part.name === 'gateway')!.pid!, 'SIGKILL')
    await until('the gateway answers', async () => (await platform.request(host, '/pid').catch(() => null))?.status === 200)
  })

  test('after kill -9 of the node everything goes on, and the next node adopts it', async () => {
    const { id, host } = await platform.tenant('orphan')
    const asleep = await platform.tenant('napping')
    await platform.driver.sleep(asleep.id)
    const before = (await platform.request(host, '/pid')).json.data.pid
    const gateway = (await platform.status()).parts.find((part) => part.name === 'gateway')!.pid
    platform.node!.kill('SIGKILL')
    await until('the node is gone', async () => platform.node!.signalCode !== null)
    expect((await platform.request(host, '/pid')).json.data.pid).toBe(before)
    // A sleeper cannot be woken now: it says so politely and is woken once there is a node again.
    const waiting = await platform.request(asleep.host, '/en', { headers: { accept: 'text/html' } })
    expect(waiting.status).toBe(503)
    expect(waiting.headers['retry-after']).toBeDefined()
    const status = await platform.up()
    expect(status.tenants.find((tenant) => tenant.id === id)).toMatchObject({ pid: before, runtime: 'running' })
    expect(status.parts.find((part) => part.name === 'gateway')!.pid).toBe(gateway)
    expect((await platform.request(asleep.host, '/pid')).status).toBe(200)
    // An adopted process is watched like one of our own.
    await platform.request(host, '/crash').catch(() => undefined)
    await until('restarted', async () => {
      const answer = await platform.request(host, '/pid')
      return answer.status === 200 && answer.json.data.pid !== before
    })
  })

  test('what a killed node leaves behind is ended by --stop, without orphans', async () => {
    await platform.tenant('left')
    platform.node!.kill('SIGKILL')
    await until('the node is gone', async () => platform.node!.signalCode !== null)
    expect(processesOf(platform.dataDir).length).toBeGreaterThan(0)
    expect(await platform.stopAll()).toBe('stopped')
    await until('no process is left', async () => processesOf(platform.dataDir).length === 0)
    expect(await platform.stopAll()).toBe('nothing was running')
    // And everything comes back as it was.
    const status = await platform.up()
    const left = status.tenants.find((tenant) => tenant.slug === 'left')!
    await until('running again', async () => (await platform.driver.state(left.id)).runtime === 'running')
    expect((await platform.request('left.localhost', '/pid')).status).toBe(200)
  })

  test('a damaged state file is named, with what to do; nothing is overwritten', async () => {
    await platform.stopAll()
    const folder = join(platform.dataDir, 'node', 'tenants')
    const file = join(folder, readdirSync(folder)[0]!)
    const whole = readFileSync(file, 'utf8')
    truncateSync(file, 40)
    expect(await platform.spawn()).toBe(1)
    expect(startFailure(platform.dataDir)).toContain(`${file} is damaged (not JSON): move it away and start again`)
    expect(statSync(file).size).toBe(40)
    writeFileSync(file, whole)
    await platform.up()
  })

  test('a root key that is gone, with sealed secrets there, is not made anew', async () => {
    await platform.stopAll()
    const file = join(platform.dataDir, 'root.key')
    const key = readFileSync(file)
    rmSync(file)
    expect(await platform.spawn()).toBe(1)
    expect(startFailure(platform.dataDir)).toContain('root.key is missing, and data sealed with it exists')
    writeFileSync(file, key, { mode: 0o600 })
    await platform.up()
  })

  test('an occupied port is named, and nothing is left running', async () => {
    await platform.stopAll()
    const stranger = createServer().listen(platform.port, '127.0.0.1')
    await new Promise((resolve) => stranger.once('listening', resolve))
    expect(await platform.spawn()).toBe(1)
    expect(startFailure(platform.dataDir)).toBe(
      `port ${platform.port} on 127.0.0.1 is taken by another program: stop it, or choose another one with --port`,
    )
    expect(processesOf(platform.dataDir)).toEqual([])
    await new Promise((resolve) => stranger.close(resolve))
  })
})
