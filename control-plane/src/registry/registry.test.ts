import { startTestPostgres } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Prisma } from '../../generated/client.ts'
import { audit, verifyTrail } from '../audit/audit.trail.ts'
import { registryMigrations } from '../testing/operation-bench.ts'
import { migrateRegistry } from './migrations.ts'
import { Registry } from './registry.ts'
import { Sealing } from './sealing.ts'

let postgres: Awaited<ReturnType<typeof startTestPostgres>>
let url: string
let registry: Registry
const warnings: Error[] = []
const noteWarning = (warning: Error) => warnings.push(warning)

beforeAll(async () => {
  // a deprecation is told once in the life of a process
  process.on('warning', noteWarning)
  postgres = await startTestPostgres()
  url = (await postgres.emptyDatabase()).url
  await migrateRegistry(url, registryMigrations)
  registry = new Registry(url)
})
afterAll(async () => {
  await registry.onApplicationShutdown()
  await postgres.stop()
  process.off('warning', noteWarning)
})

const record = (id: string) => ({
  at: new Date('2026-01-01T00:00:00Z'),
  actor: 'system:test',
  action: 'test.write',
  tenantId: null,
  resource: { type: 'test', id },
  changes: { b: 1, a: [1, { d: 2, c: 3 }] },
})

describe('the registry’s schema', () => {
  it('is applied once, whoever asks again', async () => {
    expect(await migrateRegistry(url, registryMigrations)).toEqual([])
  })

  it('is what schema.prisma says', async () => {
    const client = new pg.Client(url)
    await client.connect()
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'schema_migration'`,
    )
    await client.end()
    const models = Object.keys(Prisma.ModelName)
    expect(models.length).toBeGreaterThan(15)
    expect(rows[0]?.n).toBe(models.length)
    for (const model of models) {
      const table = registry.db[model as 'tenant']
      await expect(table.findMany({ take: 1 }), model).resolves.toBeInstanceOf(Array)
    }
  })

  it('has an index behind every list', async () => {
    const client = new pg.Client(url)
    await client.connect()
    const { rows } = await client.query<{ indexdef: string }>(`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'`)
    await client.end()
    const text = rows.map((row) => row.indexdef.replaceAll('"', '')).join('\n')
    for (const index of [
      'tenant USING btree (status, created_at)',
      'operation USING btree (status, created_at)',
      'operation USING btree (tenant_id, status)',
      'operation USING btree (tenant_id, created_at)',
    ]) {
      expect(text).toContain(index)
    }
  })

  it('cancels a statement that takes too long', async () => {
    const rows = await registry.db.$queryRaw<{ statement_timeout: string }[]>`SHOW statement_timeout`
    expect(rows[0]?.statement_timeout).toBe('10s')
  })
})

describe('a transaction', () => {
  it('sends its queries one after the other, also those asked for at once', async () => {
    const order = await registry.transaction((tx) =>
      Promise.all(Array.from({ length: 6 }, (_, index) => tx.$queryRaw<{ n: number }[]>`SELECT ${index}::int AS n, pg_sleep(0.001)::text`)),
    )
    expect(order.map(([row]) => row?.n)).toEqual([0, 1, 2, 3, 4, 5])
    await new Promise(setImmediate)
    expect(warnings.map(({ message }) => message)).toEqual([])
  })

  it('goes on after a query that failed only to be rolled back, and the next one has a connection again', async () => {
    const failing = registry.transaction((tx) =>
      Promise.all([tx.$queryRaw`SELECT 1 / 0`, tx.$queryRaw`SELECT 1`, tx.tenant.count(), tx.operation.count()]),
    )
    await expect(failing).rejects.toThrow(/division by zero/)
    await expect(registry.transaction((tx) => tx.tenant.count())).resolves.toBe(0)
  })

  it('may ask for something outside of it, however many others do so at once, and leaves no connection taken', async () => {
    for (let round = 0; round < 2; round += 1) {
      const all = Array.from({ length: 40 }, () =>
        registry.transaction(async (tx) => {
          await tx.tenant.count()
          return registry.db.tenant.count()
        }),
      )
      expect(await Promise.all(all)).toEqual(all.map(() => 0))
    }
  })
})

describe('the audit trail', () => {
  it('is chained, also by writers at once, and cannot be changed', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => registry.transaction((tx) => audit(tx, record(String(index))))))
    expect(await verifyTrail(registry.db)).toEqual({ entries: 12, broken: null })
    await expect(registry.db.audit_entry.updateMany({ data: { actor: 'somebody' } })).rejects.toThrow()
    await expect(registry.db.audit_entry.deleteMany()).rejects.toThrow()
  })

  it('holds over values that JSON writes in another way, or leaves out', async () => {
    const changes = { plan: undefined, at: new Date(0), amount: 1.5, nested: { b: [undefined], a: 'ع' } }
    await registry.transaction((tx) => audit(tx, { ...record('json'), changes }))
    expect(await verifyTrail(registry.db)).toEqual({ entries: 13, broken: null })
  })

  it('shows where it was changed behind its back', async () => {
    const victim = await registry.db.audit_entry.findFirstOrThrow({ orderBy: { sequence: 'asc' }, skip: 4 })
    await registry.db.$executeRaw`ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only`
    await registry.db.audit_entry.update({ where: { id: victim.id }, data: { actor: 'somebody' } })
    expect(await verifyTrail(registry.db)).toEqual({
      entries: 4,
      broken: { id: victim.id, sequence: Number(victim.sequence), at: victim.at, action: 'test.write', reason: 'entry_changed' },
    })
  })
})

describe('sealing', () => {
  const sealing = new Sealing(Buffer.alloc(32, 1).toString('base64'))

  it('opens what it sealed, for that purpose and under that root key only', () => {
    const sealed = sealing.seal('personal', 'عبدالله')
    expect(sealing.open('personal', sealed)).toBe('عبدالله')
    expect(() => sealing.open('tenant-secret', sealed)).toThrow()
    expect(() => new Sealing(Buffer.alloc(32, 2).toString('base64')).open('personal', sealed)).toThrow()
    expect(() => sealing.open('personal', `${sealed.slice(0, -4)}AAAA`)).toThrow()
    expect(sealing.seal('personal', 'same')).not.toBe(sealing.seal('personal', 'same'))
  })

  it('finds an address however it is spelled, and says what a wrong root key is', () => {
    expect(sealing.emailIndex(' Owner@Souq.TEST ')).toBe(sealing.emailIndex('owner@souq.test'))
    expect(() => new Sealing('c2hvcnQ=')).toThrow(/root.key/)
  })
})
