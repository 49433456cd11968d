import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation, Release, Tenant } from '@cityos/control-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort, Platform, runCityos } from './platform.ts'
import { agreeAsSecond } from './second-operator.ts'
import { sharedPlatform } from './shared.ts'

const shared = sharedPlatform()

describe('up and down', () => {
  let platform: Platform

  beforeAll(async () => {
    platform = await Platform.start()
  })
  afterAll(() => platform.end())

  test('a second `up` changes nothing: same processes, same credential', async () => {
    const before = await platform.node()
    const result = await platform.up()
    expect(result.code).toBe(0)
    const after = await platform.node()
    expect(after.pid).toBe(before.pid)
    expect(after.parts.map((part) => part.pid)).toEqual(before.parts.map((part) => part.pid))
    expect(result.stderr).toContain(platform.operatorHost)
  })

  test('`up` on another port while it runs is refused with what to do', async () => {
    const result = await runCityos(['up', '--detach', '--port', String(await freePort()), '--data', platform.data.path])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`already runs on port ${platform.port}`)
    expect(result.stderr).toContain('./cityos down')
  })

  test('`status --json` is one document with what runs', async () => {
    const status = await platform.json<{ running: boolean; node: { phase: string }; health: { status: string } }>(['status'])
    expect(status).toMatchObject({ running: true, node: { phase: 'ready' }, health: { status: 'ok' } })
  })

  test('`down` leaves no process, and a second `down` says that nothing runs; `up` brings everything back', async () => {
    expect(platform.processes().length).toBeGreaterThan(2)
    const result = await platform.cityos(['down'])
    expect(result.code).toBe(0)
    expect(platform.processes()).toEqual([])
    const again = await platform.cityos(['down'])
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing was running') })
    expect((await platform.cityos(['status'])).code).toBe(1)
    await platform.up()
    expect((await platform.cityos(['status'])).code).toBe(0)
  })

  test('Ctrl-C on an attached `up` stops everything in order', async () => {
    await platform.cityos(['down'])
    const child = spawn(join(import.meta.dirname, '../cityos'), [
      'up',
      '--no-demo',
      '--port',
      String(platform.port),
      '--data',
      platform.data.path,
    ])
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await eventually(() => said.includes('Ctrl-C'), 'it is ready')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(platform.processes()).toEqual([])
    await platform.up()
  })
})

describe('what it says when it cannot start', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityos-bad-'))
    await chmod(folder, 0o755)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('an occupied port: who has it, and how to take another', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const port = await new Promise<number>((resolve) =>
      server.once('listening', () => resolve((server.address() as { port: number }).port)),
    )
    const result = await runCityos(['up', '--detach', '--port', String(port), '--data', join(folder, 'port')])
    server.close()
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(`Port ${port} is taken by`)
    expect(result.stderr).toContain(`process ${process.pid}`)
    expect(result.stderr).toContain('--port')
    expect(existsSync(join(folder, 'port/postgres'))).toBe(false)
  })

  test('a port that is none', async () => {
    const result = await runCityos(['up', '--detach', '--port', '99999', '--data', join(folder, 'port')])
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('99999 is not a port') })
  })

  test('a data directory that is a file', async () => {
    await writeFile(join(folder, 'file'), '')
    const result = await runCityos(['up', '--detach', '--port', String(await freePort()), '--data', join(folder, 'file')])
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a folder') })
  })

  test('a damaged data directory: nothing is started over it', async () => {
    const platform = new Platform(await freePort(), join(folder, 'damaged'))
    await platform.up()
    await platform.cityos(['down'])
    const version = readdirSync(join(platform.data.path, 'postgres'), { recursive: true })
      .map(String)
      .find((name) => /(^|\/)PG_VERSION$/.test(name) && !name.includes('base/'))!
    await rename(join(platform.data.path, 'postgres', version), join(folder, 'PG_VERSION'))
    const result = await platform.cityos(['up', '--detach', '--no-demo'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('damaged')
    expect(platform.processes()).toEqual([])
    await rename(join(folder, 'PG_VERSION'), join(platform.data.path, 'postgres', version))
    await platform.up()
    await platform.cityos(['down'])
  })

  test('no platform there: every command says so', async () => {
    const result = await runCityos(['tenant', 'list', '--data', join(folder, 'nothing')])
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no platform in') })
  })

  test('suites that come with later features say so', async () => {
    for (const suite of ['temporal', 'nonsense']) expect((await runCityos(['test', suite])).code).toBe(1)
    expect((await runCityos(['test', 'temporal'])).stderr).toContain('comes with')
  })

  test('it runs from any folder and through a link', async () => {
    await symlink(join(import.meta.dirname, '../cityos'), join(folder, 'linked'))
    const result = spawnSync(join(folder, 'linked'), ['tenant', 'list', '--data', shared.data.path], { cwd: '/', encoding: 'utf8' })
    expect([result.status, result.stdout]).toEqual([0, expect.stringContaining('dakkah')])
  })
})

describe('tenants, operations, releases', () => {
  test('tenant create … --wait --json prints the tenant, ready', async () => {
    const tenant = await shared.json<Tenant & { invitation: { url: string } }>([
      ...['tenant', 'create', 'souq', '--name', 'Souq', '--owner', 'owner@souq.test', '--verticals', 'all', '--seed', '--wait'],
    ])
    expect(tenant).toMatchObject({ slug: 'souq', status: 'active', url: shared.origin('souq.localhost') })
    expect(tenant.invitation.url).toMatch(/^http/)
    expect((await shared.request('souq.localhost', '/v1/store/products')).status).toBe(200)
  })

  test('a taken slug ends with 1, the code, and nothing half-made', async () => {
    const result = await shared.cityos(['tenant', 'create', 'dakkah', '--name', 'Again', '--owner', 'a@b.test', '--wait'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('slug_taken')
    const tenants = await shared.json<Tenant[]>(['tenant', 'list'])
    expect(tenants.filter((tenant) => tenant.slug === 'dakkah')).toHaveLength(1)
  })

  test('suspend, resume, close and reopen do what they say, and show it', async () => {
    expect(await shared.json(['tenant', 'suspend', 'souq'])).toMatchObject({ status: 'suspended' })
    expect((await shared.request('souq.localhost', '/v1/store/products')).status).toBe(200)
    expect(await shared.json(['tenant', 'resume', 'souq'])).toMatchObject({ status: 'active' })
    expect(await shared.json(['tenant', 'close', 'souq'])).toMatchObject({ status: 'active', approval: { status: 'pending' } })
    expect(await shared.json(['approval', 'list'])).toMatchObject([{ kind: 'tenant-close', tenant_slug: 'souq' }])
    await agreeAsSecond(shared, 'souq')
    expect(await shared.json(['tenant', 'show', 'souq'])).toMatchObject({ status: 'closing' })
    expect((await shared.request('souq.localhost', '/v1/store/products')).status).not.toBe(200)
    expect(await shared.json(['tenant', 'reopen', 'souq'])).toMatchObject({ status: 'active' })
    await eventually(async () => (await shared.request('souq.localhost', '/v1/store/products')).status === 200, 'open again')
    const refused = await shared.cityos(['tenant', 'resume', 'souq'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_transition') })
  })

  test('operations and releases are listed and shown; logs are there', async () => {
    const operations = await shared.json<Operation[]>(['operation', 'list'])
    expect(operations[0]).toMatchObject({ id: expect.any(String), status: expect.any(String) })
    expect(await shared.json(['operation', 'show', operations[0]!.id])).toMatchObject({ steps: expect.any(Array) })
    const refused = await shared.cityos(['operation', 'cancel', operations[0]!.id])
    expect(refused.code).toBe(1)
    const releases = await shared.json<Release[]>(['release', 'list'])
    expect(releases.find((release) => release.current)).toBeDefined()
    expect(await shared.json(['release', 'show', releases[0]!.version])).toMatchObject({ version: releases[0]!.version })
    expect((await shared.json<string[]>(['tenant', 'logs', 'dakkah'])).length).toBeGreaterThan(0)
    expect((await shared.cityos(['logs'])).code).toBe(0)
    expect((await shared.cityos(['tenant', 'show', 'dakkah'])).stdout).toContain('dakkah')
  })

  test('a checkout that has not changed is the release that runs; it is shown with all that is inside, and compared', async () => {
    const built = await shared.json<{ version: string; dir: string }>(['release', 'build'])
    const running = (await shared.json<Release[]>(['release', 'list'])).find((release) => release.platform)
    expect(built).toMatchObject({ version: running?.version, status: 'available', registered: true, fresh: false })
    expect(built.dir.startsWith(shared.data.path)).toBe(true)
    expect(await shared.json(['release', 'show', built.version])).toMatchObject({
      migrations: expect.arrayContaining([{ name: 'platform/migrations/0001_init.sql', kind: 'expand' }]),
      changelog: expect.stringContaining(`# ${built.version}`),
    })
    const sbom = await shared.json<{ components: { name: string }[] }>(['release', 'show', built.version, '--sbom'])
    expect(sbom.components.map((component) => component.name)).toContain('fastify')
    expect(await shared.json(['release', 'diff', built.version, built.version])).toMatchObject({
      obstacle: null,
      files: {},
      components: [],
    })
    const refused = await shared.cityos(['release', 'build', '--from', '/tmp'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a checkout of CityOS') })
    expect((await shared.cityos(['release', 'yank', 'none', '--reason', 'there is none'])).code).toBe(1)
  })

  test('an operator is invited, and the audit trail verifies', async () => {
    expect(await shared.json(['operator', 'invite', 'sre@city.test', '--role', 'sre'])).toMatchObject({
      email: 'sre@city.test',
      url: expect.any(String),
    })
    expect(await shared.json(['audit', 'verify'])).toMatchObject({ verified: true })
  })
})
