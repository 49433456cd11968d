import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlaneBinding, OperatorCredential } from '@cityos/contract'
import { quietLog } from '@cityos/http'
import type { TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { OperationEngine } from './operations/engine.ts'
import { Registry } from './registry/registry.ts'
import { MemoryDriver } from './testing/memory-driver.ts'
import { registryMigrations, testRelease } from './testing/operation-bench.ts'
import { startRegistryServer } from './testing/platform.ts'

let postgres: TestPostgres
let dir: string
let replicas: ControlPlane[]
let bindings: ControlPlaneBinding[]
const driver = new MemoryDriver()

beforeAll(async () => {
  postgres = await startRegistryServer()
  dir = await mkdtemp(join(tmpdir(), 'cityos-replicas-'))
  const { url } = await postgres.platformDatabase(registryMigrations)
  const root_key = randomBytes(32).toString('base64')
  bindings = ['a', 'b'].map((name) => ({
    listen: { host: '127.0.0.1', port: 0 },
    database: { url },
    root_key,
    node: null,
    public: { scheme: 'http', base_domain: 'localhost', port: 8080 },
    release_dir: dir,
    releases: [testRelease],
    data_dir: dir,
    operator_credential_path: join(dir, `operator-${name}.json`),
  }))
  replicas = await Promise.all(
    bindings.map((binding) =>
      startControlPlane({ binding, log: quietLog, drivers: [driver], migrationsDir: registryMigrations, smtpUrl: null }),
    ),
  )
})
afterAll(async () => {
  for (const replica of replicas) await replica.close()
  await postgres.stop()
  await rm(dir, { recursive: true, force: true })
})

const leads = (replica: ControlPlane) => replica.app.get(OperationEngine).holdsLease

describe('two replicas of the control plane that start at the same moment', () => {
  it('make one first operator, whose credential one of them keeps', async () => {
    const kept = await Promise.all(
      bindings.map((binding) => readFile(binding.operator_credential_path, 'utf8').catch((error: NodeJS.ErrnoException) => error.code)),
    )
    expect(kept.filter((file) => file === 'ENOENT')).toHaveLength(1)
    OperatorCredential.parse(JSON.parse(kept.find((file) => file !== 'ENOENT')!))
    expect(await replicas[0]!.app.get(Registry).db.staff_user.count()).toBe(1)
  })

  it('both answer, and one of them runs operations', async () => {
    for (const replica of replicas) {
      const answer = await replica.app
        .getHttpAdapter()
        .getInstance()
        .inject({ url: '/health', headers: { host: 'cityos.localhost:8080' } })
      expect(answer.statusCode).toBe(200)
    }
    await expect.poll(() => replicas.filter(leads), { timeout: 10_000 }).toHaveLength(1)
  })

  it('the other one takes over at once when the first one is stopped', async () => {
    const [leader] = replicas.filter(leads)
    const other = replicas.find((replica) => replica !== leader)!
    replicas = [other]
    await leader!.close()
    await expect.poll(() => leads(other), { timeout: 3_000 }).toBe(true)
  })
})
