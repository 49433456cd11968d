import { findPostgres } from '@cityos/cli/test-requirements'
import { deleteTenant, readTenant } from '@cityos/control-plane/contract'
import { listProducts, verifyLedger } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExternalPostgres } from './external-postgres.ts'
import { Platform } from './platform.ts'
import { agreeAsSecond } from './second-operator.ts'
import { buy } from './shopping.ts'
import { adminOf, ensureTenant, operationEnd } from './tenants.ts'

// DATABASE_URL: a server of the system's packages, its role no superuser, shared by two platforms.

const programs = findPostgres()

describe.runIf(programs !== null)('with DATABASE_URL', () => {
  let server: ExternalPostgres
  const platforms: Platform[] = []

  beforeAll(async () => {
    server = await ExternalPostgres.start(programs!)
    for (let index = 0; index < 2; index += 1) platforms.push(await Platform.start({ environment: { DATABASE_URL: server.url } }))
  })

  afterAll(async () => {
    for (const platform of platforms) await platform.end()
    await server?.stop()
  })

  const databases = async () =>
    (await server.query<{ datname: string }>('SELECT datname FROM pg_database ORDER BY 1')).map((row) => row.datname)

  test('two platforms share one server: each has its registry, its tenants of the same name, its orders', async () => {
    const tenants = await Promise.all(platforms.map((platform) => ensureTenant(platform, 'market')))
    expect(new Set(tenants.map((tenant) => tenant.id)).size).toBe(2)
    for (const [index, platform] of platforms.entries()) {
      const { order } = await buy(platform, 'market.localhost')
      expect(order.payment_status).toBe('paid')
      expect(await (await adminOf(platform, tenants[index]!))(verifyLedger)).toMatchObject({ balanced: true })
    }
    const names = await databases()
    expect(names.filter((name) => name.startsWith('cityos_registry_'))).toHaveLength(2)
    expect(names.filter((name) => /^t_/.test(name))).toHaveLength(2)
    expect(await server.query(`SELECT 1 FROM pg_roles WHERE rolsuper AND rolname NOT IN ('admin')`)).toEqual([])
  })

  test('what one platform deletes is its own', async () => {
    const [first, second] = platforms
    const { call } = await first!.operator()
    const { id } = await call(readTenant, { params: { id: 'market' } })
    await first!.json(['tenant', 'close', 'market'])
    await agreeAsSecond(first!, 'market')
    await call(deleteTenant, { params: { id }, query: { confirm: 'market' } })
    const deletion = await agreeAsSecond(first!, 'market')
    expect((await operationEnd(call, deletion.id)).status).toBe('succeeded')
    expect((await databases()).filter((name) => /^t_/.test(name))).toHaveLength(1)
    expect((await second!.client('market.localhost')(listProducts)).total).toBeGreaterThan(0)
  })

  test('after `down` the server is left alone, and `up` finds everything there', async () => {
    const [, second] = platforms
    await second!.cityos(['down'])
    expect((await server.query('SELECT 1 AS one'))[0]).toEqual({ one: 1 })
    await second!.up({ environment: { DATABASE_URL: server.url } })
    expect((await second!.client('market.localhost')(listProducts)).total).toBeGreaterThan(0)
  })
})
