import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import { PlatformSettings } from './platform-settings.ts'
import { settingKeys } from './setting.keys.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const put = (key: string, body: object, as = token) => platform.request('PUT', `/api/v1/settings/${key}`, { token: as, body })
const list = async (as = token) =>
  (await platform.request('GET', '/api/v1/settings', { token: as })).body.data as { key: string; value: unknown }[]

describe('settings of the platform', () => {
  it('are all listed with value, default and schema', async () => {
    const found = await list()
    expect(found.map((item) => item.key).sort()).toEqual(Object.keys(settingKeys).sort())
    expect(found.find((item) => item.key === 'backup_hour')).toMatchObject({
      value: 2,
      default: 2,
      version: 0,
      group: 'backups',
      schema: { type: 'integer', minimum: 0, maximum: 23 },
      actions: ['change'],
    })
  })

  it.each([
    ['backup_hour', 24],
    ['backup_hour', 'two'],
    ['require_totp', 'yes'],
    ['max_sessions', 0],
    ['backup_keep_days', 2.5],
  ])('%s is not set to %j', async (key, value) => {
    const answer = await put(key, { value })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0]).toMatchObject({ code: 'validation_failed', field: 'value' })
  })

  it('one that does not exist is named with those that do', async () => {
    const answer = await put('colour', { value: 'red' })
    expect(answer.status).toBe(404)
    expect(answer.body.errors[0].message).toContain('backup_hour')
  })

  it('are changed under their version, act at once, are audited with both values, and go back', async () => {
    expect((await put('backup_hour', { value: 4, version: 0 })).body.data).toMatchObject({
      value: 4,
      version: 1,
      actions: ['change', 'reset'],
    })
    expect(await platform.app.get(PlatformSettings).get('backup_hour')).toBe(4)
    expect((await put('backup_hour', { value: 5, version: 0 })).body.errors[0]).toMatchObject({
      code: 'stale_version',
      details: { version: 1 },
    })
    const trail = await platform.request('GET', '/api/v1/audit?action=setting.change', { token })
    expect(trail.body.data[0]).toMatchObject({ resource: { type: 'setting', id: 'backup_hour' }, changes: { before: 2, after: 4 } })
    const reset = await platform.request('DELETE', '/api/v1/settings/backup_hour', { token })
    expect(reset.body.data).toMatchObject({ value: 2, version: 0 })
    expect(await platform.app.get(PlatformSettings).get('backup_hour')).toBe(2)
  })

  it('of twenty who change the same version at once one does', { retry: 0 }, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put('backup_late_hours', { value: 30 + index, version: 0 })))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19)
  })

  it('are read by an sre, changed by a super-admin alone', async () => {
    const sre = (await secondPerson(platform, token, 'sre')).access_token
    expect((await list(sre)).length).toBeGreaterThan(5)
    expect((await put('backup_hour', { value: 3 }, sre)).status).toBe(403)
    const viewer = (await secondPerson(platform, token, 'viewer')).access_token
    expect((await platform.request('GET', '/api/v1/settings', { token: viewer })).status).toBe(403)
  })
})
