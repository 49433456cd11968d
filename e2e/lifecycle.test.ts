import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Approval, Backup, DeletionCertificate, Operation, Tenant } from '@cityos/control-plane/contract'
import { listProducts, verifyLedger } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Platform, runCityos } from './platform.ts'
import { agreeAsSecond, secondOperator } from './second-operator.ts'
import { buy } from './shopping.ts'
import { adminOf, ensureTenant } from './tenants.ts'

// The whole life of a tenant's data through the CLI, as an operator has it: backed up, restored as another tenant, cloned
// with made-up persons, closed by two people, erased, and the certificate of it.

let platform: Platform
let folder: string
let source: Tenant
let backup: Backup

const products = async (slug: string) => (await platform.client(`${slug}.localhost`)(listProducts)).total

beforeAll(async () => {
  platform = await Platform.start()
  folder = await mkdtemp(join(tmpdir(), 'cityos-lifecycle-'))
  source = await ensureTenant(platform, 'wadi')
  await buy(platform, 'wadi.localhost')
})

afterAll(async () => {
  await platform?.end()
  if (folder) await rm(folder, { recursive: true, force: true })
})

describe('copies of a tenant', () => {
  test('a backup has an id, a size, a checksum and counted rows', async () => {
    backup = await platform.json<Backup>(['tenant', 'backup', 'wadi', '--wait'])
    expect(backup).toMatchObject({ status: 'ready', id: expect.stringMatching(/^bkp_/), checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(backup.size_bytes).toBeGreaterThan(1000)
    expect(backup.rows).toBeGreaterThan(100)
  })

  test('restored as another tenant it is active, quarantined, and has the same rows', async () => {
    const tenant = await platform.json<Tenant>(['tenant', 'restore', '--backup', backup.id, '--as', 'wadi2', '--wait'])
    expect(tenant).toMatchObject({ slug: 'wadi2', status: 'active', quarantined: true })
    expect(await products('wadi2')).toBe(await products('wadi'))
    const again = await platform.json<Backup>(['tenant', 'backup', 'wadi2', '--wait'])
    expect(again.row_counts?.['public.product']).toBe(backup.row_counts?.['public.product'])
    expect(again.row_counts?.['public.order']).toBe(backup.row_counts?.['public.order'])
    expect(again.row_counts?.['public.customer']).toBe(backup.row_counts?.['public.customer'])
    expect(await (await adminOf(platform, tenant))(verifyLedger)).toMatchObject({ balanced: true })
  })

  test('cloned with made-up persons it has the same goods and nobody’s address', async () => {
    const tenant = await platform.json<Tenant>(['tenant', 'clone', 'wadi', 'wadi3', '--mask-personal-data', '--wait'])
    expect(tenant).toMatchObject({ slug: 'wadi3', status: 'active', quarantined: true })
    expect(await products('wadi3')).toBe(await products('wadi'))
  })
})

describe('the end of a tenant', () => {
  let approval: Approval

  test('closing needs a second person, and says how to invite one', async () => {
    const asked = await platform.cityos(['tenant', 'close', 'wadi3', '--retention-days', '0', '--reason', 'a copy', '--json'])
    expect(asked.code).toBe(0)
    const answer = JSON.parse(asked.stdout) as Tenant & { approval: Approval; operation: Operation | null }
    expect(answer).toMatchObject({
      slug: 'wadi3',
      status: 'active',
      operation: null,
      approval: { status: 'pending', kind: 'tenant-close' },
    })
    approval = answer.approval
    expect(approval.details).toMatchObject({ retention_days: 0, reopenable: false })
    expect(approval.advice).toContain('operator invite')
    const own = await platform.cityos(['approval', 'approve', approval.id])
    expect(own).toMatchObject({ code: 1, stderr: expect.stringContaining('second_approver_required') })
    expect(await platform.json(['tenant', 'show', 'wadi3'])).toMatchObject({ status: 'active' })
  })

  test('with no days of retention it is erased by itself, once agreed', async () => {
    expect(await platform.json(['approval', 'list', '--profile', await secondOperator(platform)])).toMatchObject([{ id: approval.id }])
    const closed = platform.json<Tenant>(['tenant', 'close', 'wadi2', '--retention-days', '0', '--wait'])
    await agreeAsSecond(platform, 'wadi3')
    await expect.poll(() => platform.json<Approval[]>(['approval', 'list'])).toHaveLength(1)
    await agreeAsSecond(platform, 'wadi2')
    expect(await closed).toMatchObject({ slug: 'wadi2', status: 'closed' })
    await expect
      .poll(async () => (await platform.json<{ slug: string }[]>(['certificate', 'list'])).map((item) => item.slug).sort())
      .toEqual(['wadi2', 'wadi3'])
    expect((await platform.json<Tenant[]>(['tenant', 'list'])).map((tenant) => tenant.slug)).toEqual(['wadi'])
    expect(await products('wadi')).toBeGreaterThan(0)
  })

  test('its certificate is accepted, and any changed byte is refused', async () => {
    const file = join(folder, 'wadi3.json')
    const shown = await platform.cityos(['certificate', 'show', 'wadi3'])
    expect(shown.code).toBe(0)
    writeFileSync(file, shown.stdout)
    expect(await platform.cityos(['certificate', 'verify', file])).toMatchObject({ code: 0 })
    const { certificate } = JSON.parse(shown.stdout) as { certificate: DeletionCertificate }
    expect(certificate.before.rows?.total).toBeGreaterThan(100)
    expect(certificate.after.left).toEqual([])
    expect(certificate.closing).toMatchObject({ retention_days: 0, approval_id: approval.id })
    expect(certificate.tenant_id).not.toBe(source.id)
    const changed = join(folder, 'changed.json')
    for (const at of [40, Math.floor(shown.stdout.length / 2), shown.stdout.length - 40]) {
      const other = shown.stdout[at] === '7' ? '8' : '7'
      writeFileSync(changed, shown.stdout.slice(0, at) + other + shown.stdout.slice(at + 1))
      expect((await platform.cityos(['certificate', 'verify', changed])).code, `byte ${at}`).toBe(1)
    }
  })

  test('it is proven without the platform by the key saved beside it', async () => {
    const file = join(folder, 'kept.json')
    await platform.json(['certificate', 'show', 'wadi3', '--output', file])
    const nowhere = join(folder, 'no-platform')
    const offline = ['certificate', 'verify', file, '--jwks', `${file}.jwks.json`, '--data', nowhere]
    expect(await runCityos(offline)).toMatchObject({ code: 0 })
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"wadi3"', '"wadi4"'))
    expect((await runCityos(offline)).code).toBe(1)
  })

  test('the audit trail of it all holds together', async () => {
    expect(await platform.json(['audit', 'verify'])).toMatchObject({ verified: true })
  })
})
