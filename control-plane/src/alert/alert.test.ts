import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { locales } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Reconciliation } from '../reconcilers/reconciliation.ts'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import { TestClock } from '../testing/test-clock.ts'
import { AlertKind } from './alert.contract.ts'
import { alertTexts } from './alert.texts.ts'
import { Alerts, type AlertToRaise } from './alerts.ts'

let platform: TestPlatform
let clock: TestClock
let token: string
let alerts: Alerts

beforeAll(async () => {
  clock = new TestClock()
  platform = await TestPlatform.start(undefined, { clock })
  token = (await platform.signIn()).access_token
  alerts = platform.app.get(Alerts)
})
afterAll(() => platform.stop())

const list = async (query = '') => (await platform.request('GET', `/api/v1/alerts${query}`, { token })).body
const mails = () => platform.app.get(Registry).db.mail.count({ where: { template: 'alert' } })
const failed = (subject: string): AlertToRaise => ({
  kind: 'backup-failed',
  subject: `backup-failed:${subject}`,
  severity: 'warning',
  tenantId: null,
  parameters: { slug: subject, failures: 2, reason: 'the disk is full' },
})

describe('an alert', () => {
  it('opens once for its cause, however often and by however many it is raised, and is mailed once', { retry: 0 }, async () => {
    const before = await mails()
    const opened = await Promise.all(Array.from({ length: 20 }, () => alerts.raise(failed('souq'))))
    expect(opened.filter(Boolean)).toHaveLength(1)
    expect(await mails()).toBe(before + 1)
    const { data, meta } = await list('?status=open')
    expect(meta.total).toBe(1)
    expect(data[0]).toMatchObject({
      kind: 'backup-failed',
      title: 'The backup of souq has failed 2 times: the disk is full',
      runbook: 'docs/runbooks/alerts.md#backup-failed',
      actions: ['acknowledge'],
    })
  })

  it('is acknowledged with a note, stays, and closes by itself when mended', async () => {
    const [{ id }] = (await list()).data
    const seen = await platform.request('POST', `/api/v1/alerts/${id}/acknowledge`, { token, body: { note: 'disk ordered' } })
    expect(seen.body.data).toMatchObject({ status: 'acknowledged', note: 'disk ordered', actions: [] })
    expect(await alerts.raise(failed('souq'))).toBe(false)
    expect((await list('?status=unresolved')).meta.total).toBe(1)
    expect(await alerts.resolve('backup-failed:souq')).toBe(true)
    expect((await list('?status=unresolved')).meta.total).toBe(0)
    expect((await list('?status=closed')).data[0]).toMatchObject({ id, status: 'closed' })
    const late = await platform.request('POST', `/api/v1/alerts/${id}/acknowledge`, { token, body: {} })
    expect(late.body.errors[0].code).toBe('invalid_transition')
    expect(await alerts.raise(failed('souq'))).toBe(true)
    await alerts.resolve('backup-failed:souq')
  })

  it('of a whole fleet failing at once is mailed for the first few only', async () => {
    const before = await mails()
    for (let index = 0; index < 30; index++) await alerts.raise(failed(`shop${index}`))
    expect(await mails()).toBeLessThan(before + 21)
    expect((await list('?status=open')).meta.total).toBe(30)
    await alerts.resolveAllBut(['backup-failed'], new Set())
    expect((await list('?status=open')).meta.total).toBe(0)
  })

  it('tells of an operation past its deadline, with what blocks it and who can help, until it gets on', async () => {
    platform.driver.failing = { method: 'start', when: 'before', times: 1000 }
    const { body } = await platform.createTenant(token, 'stuck')
    clock.move(3600)
    token = (await platform.signIn()).access_token
    const sweep = () => platform.app.get(Reconciliation).tidy()
    await expect
      .poll(
        async () => {
          await sweep()
          return (await list('?kind=operation-late&status=open')).data[0]?.title
        },
        { timeout: 30_000 },
      )
      .toContain('tenant-create of stuck is past its deadline at step')
    expect((await list('?kind=operation-late')).data[0].advice).toContain(`./cityos operation show ${body.data.operation.id}`)
    await platform.request('POST', `/api/v1/operations/${body.data.operation.id}/cancel`, { token })
    platform.driver.failing = null
    await expect
      .poll(
        async () => {
          await sweep()
          return (await list('?kind=operation-late&status=open')).meta.total
        },
        { timeout: 30_000 },
      )
      .toBe(0)
  })

  it('is seen by those who look after the platform, and acknowledged by fewer', async () => {
    await alerts.raise(failed('seen'))
    const viewer = (await secondPerson(platform, token, 'viewer')).access_token
    const read = await platform.request('GET', '/api/v1/alerts?status=open', { token: viewer })
    expect(read.body.data[0]).toMatchObject({ actions: [] })
    expect((await platform.request('POST', `/api/v1/alerts/${read.body.data[0].id}/acknowledge`, { token: viewer, body: {} })).status).toBe(
      403,
    )
  })
})

it('has words in every language and a heading in the runbook, for every kind', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbooks/alerts.md'), 'utf8')
  for (const kind of AlertKind.options) {
    expect(runbook).toContain(`## ${kind}\n`)
    for (const locale of locales) expect(alertTexts(kind, locale, {}).advice.length).toBeGreaterThan(10)
  }
})
