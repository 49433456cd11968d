import { newId } from '@cityos/contract'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import { AuditAnchors } from './audit.anchors.ts'
import { audit } from './audit.trail.ts'

let platform: TestPlatform
let operator: string
let tenantId: string
let owner: pg.Client
let run = 0

beforeAll(async () => {
  platform = await TestPlatform.start()
  operator = (await platform.signIn()).access_token
  tenantId = (await platform.createTenant(operator, 'souq')).body.data.tenant.id
  owner = new pg.Client({ connectionString: platform.binding.database.url })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await platform.stop()
})
beforeEach(() => {
  run += 1
})

const get = (path: string, token = operator) => platform.request('GET', `/api/v1${path}`, { token })
const record = (more: Partial<Parameters<typeof audit>[1]> = {}) =>
  platform.app.get(Registry).transaction((tx) =>
    audit(tx, {
      at: new Date(),
      actor: `system:test-${run}`,
      action: 'thing.change',
      tenantId,
      resource: { type: 'thing', id: newId('thg') },
      reason: 'because it was 50% off',
      changes: { colour: 'blue' },
      ...more,
    }),
  )
const lastId = async () => (await owner.query('SELECT id FROM audit_entry ORDER BY sequence DESC LIMIT 1')).rows[0].id as string
/** What the owner of the database could do, were the trail not chained. */
async function tamper(statement: string) {
  await owner.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL')
  await owner.query(statement)
  await owner.query('ALTER TABLE audit_entry ENABLE TRIGGER ALL')
}

describe('the audit trail', () => {
  it('only grows: the database refuses to change or remove an entry or an anchor', async () => {
    await record()
    await platform.app.get(AuditAnchors).anchor()
    for (const table of ['audit_entry', 'audit_anchor']) {
      await expect(owner.query(`UPDATE ${table} SET hash = 'x'`), table).rejects.toThrow('only grows')
      await expect(owner.query(`DELETE FROM ${table}`), table).rejects.toThrow('only grows')
      await expect(owner.query(`TRUNCATE ${table}`), table).rejects.toThrow('only grows')
    }
  })

  it('is searched by actor, action, resource, tenant, time and text', async () => {
    const before = new Date(Date.now() - 1000).toISOString()
    await record({ resource: { type: 'thing', id: 'thg_a' }, reason: 'Because it was 50% off' })
    await record({
      tenantId: null,
      action: 'thing.drop',
      resource: { type: 'thing', id: 'thg_b' },
      reason: null,
      changes: { colour: 'Green_ish' },
    })
    const found = async (query: string) =>
      (await get(`/audit?actor=system:test-${run}&${query}`)).body.data.map((entry: { resource: { id: string } }) => entry.resource.id)
    expect(await found('')).toEqual(['thg_b', 'thg_a'])
    expect(await found('action=thing.drop')).toEqual(['thg_b'])
    expect(await found('resource_type=thing&resource_id=thg_a')).toEqual(['thg_a'])
    expect(await found(`tenant_id=${tenantId}`)).toEqual(['thg_a'])
    expect(await found('q=50%25%20OFF')).toEqual(['thg_a'])
    expect(await found('q=green_ish')).toEqual(['thg_b'])
    expect(await found('q=greenxish')).toEqual([])
    expect(await found(`from=${before}`)).toHaveLength(2)
    expect(await found(`to=${before}`)).toEqual([])
  })

  it('is seen by a tenant’s staff for their tenant only, in the file as on the screen', async () => {
    const auditor = await secondPerson(platform, operator, 'auditor', tenantId)
    await record({ tenantId: null, action: 'city.secret' })
    await record({ action: 'souq.own' })
    const listed = (await get(`/audit?limit=100`, auditor.access_token)).body.data
    expect(new Set(listed.map((entry: { tenant_id: string }) => entry.tenant_id))).toEqual(new Set([tenantId]))
    const file = await get('/audit/export?format=jsonl', auditor.access_token)
    expect(file.text).toContain('souq.own')
    expect(file.text).not.toContain('city.secret')
  })

  it('leaves as CSV or JSON lines, with its hashes; that it left is an entry', async () => {
    await Promise.all(Array.from({ length: 30 }, () => record({ reason: '=cmd()' })))
    const csv = await get(`/audit/export?format=csv&actor=system:test-${run}`)
    expect(csv.headers['content-type']).toContain('text/csv')
    expect(csv.headers['content-disposition']).toMatch(/attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"/)
    const lines = csv.text.trim().split('\r\n')
    expect(lines).toHaveLength(31)
    expect(lines[0]).toMatch(/^sequence,id,at,actor,.*previous_hash,hash$/)
    expect(lines[1]).toContain("'=cmd()")
    const rows = (await get(`/audit/export?format=jsonl&actor=system:test-${run}`)).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toHaveLength(30)
    const [newer, older] = rows
    expect(newer.previous_hash).toBe(older.hash)
    const left = (await get('/audit?action=audit.export&limit=1')).body.data[0]
    expect(left.changes).toMatchObject({ format: 'jsonl', entries: 30, search: { actor: `system:test-${run}` } })
  })

  it('is proven whole, compared with the day’s signed anchor', async () => {
    await record()
    const anchors = platform.app.get(AuditAnchors)
    await anchors.anchor()
    await anchors.anchor()
    expect((await get('/audit/verify')).body.data).toMatchObject({ verified: true, first_broken: null, broken: null, anchors: 1 })
  })
})

describe('an entry that the database’s owner', () => {
  const verify = async () => (await get('/audit/verify')).body.data

  it('changed is named, and whole again once put back', async () => {
    await record()
    const id = await lastId()
    await record()
    await tamper(`UPDATE audit_entry SET changes = '{"colour":"red"}' WHERE id = '${id}'`)
    expect(await verify()).toMatchObject({ verified: false, first_broken: id, broken: { reason: 'entry_changed', action: 'thing.change' } })
    await tamper(`UPDATE audit_entry SET changes = '{"colour":"blue"}' WHERE id = '${id}'`)
    expect(await verify()).toMatchObject({ verified: true })
  })

  it('removed is missed by the one after it', async () => {
    await record()
    const gone = await lastId()
    await record()
    const after = await lastId()
    const copy = (await owner.query('SELECT * FROM audit_entry WHERE id = $1', [gone])).rows[0]
    await tamper(`DELETE FROM audit_entry WHERE id = '${gone}'`)
    expect(await verify()).toMatchObject({ verified: false, first_broken: after, broken: { reason: 'link_changed' } })
    const { search: _generated, ...row } = copy
    const names = Object.keys(row)
    await owner.query(
      `INSERT INTO audit_entry (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${names.map((_name, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    )
    expect(await verify()).toMatchObject({ verified: true })
  })

  it('cut off at the end is missed by the anchor, and a forged anchor by its signature', async () => {
    await record()
    await owner.query('ALTER TABLE audit_anchor DISABLE TRIGGER ALL')
    await owner.query('DELETE FROM audit_anchor')
    await platform.app.get(AuditAnchors).anchor()
    const [{ sequence, hash }] = (await owner.query('SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1')).rows
    await tamper(`DELETE FROM audit_entry WHERE sequence = ${sequence}`)
    expect(await verify()).toMatchObject({ verified: false, broken: { reason: 'entry_missing', sequence: Number(sequence) } })
    const [end] = (await owner.query('SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1')).rows
    expect(end.hash).not.toBe(hash)
    await owner.query(`UPDATE audit_anchor SET sequence = $1, hash = $2`, [end.sequence, end.hash])
    expect(await verify()).toMatchObject({ verified: false, broken: { reason: 'anchor_changed' } })
  })
})
