import { endpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const PlatformSetting = z.object({
  key: z.string(),
  group: z.enum(['backups', 'sign-in', 'support', 'lifecycle']),
  summary: z.string(),
  value: z.unknown(),
  /** What it is until somebody changes it. */
  default: z.unknown(),
  /** JSON schema of the values it takes: a form can be derived from it. */
  schema: z.record(z.string(), z.unknown()),
  /** 0 while it is as built in. */
  version: z.int(),
  updated_by: z.string().nullable(),
  updated_at: z.iso.datetime().nullable(),
  actions: z.array(z.enum(['change', 'reset'])),
})
export type PlatformSetting = z.infer<typeof PlatformSetting>

const byKey = z.object({ key: z.string() })

export const listSettings = endpoint({
  id: 'setting.list',
  method: 'GET',
  path: '/api/v1/settings',
  summary: 'Every setting of the platform with its value and the values it takes',
  access: staff('read', 'setting'),
  response: z.array(PlatformSetting),
})

export const changeSetting = endpoint({
  id: 'setting.change',
  method: 'PUT',
  path: '/api/v1/settings/{key}',
  summary: 'Change a setting; the audit trail keeps both values',
  access: staff('update', 'setting'),
  params: byKey,
  body: z.object({
    value: z.unknown(),
    /** When given, refused with `stale_version` unless it is the setting's present version. */
    version: z.int().min(0).optional(),
  }),
  response: PlatformSetting,
  errors: ['validation_failed', 'stale_version'],
})

export const resetSetting = endpoint({
  id: 'setting.reset',
  method: 'DELETE',
  path: '/api/v1/settings/{key}',
  summary: 'Back to what is built in',
  access: staff('update', 'setting'),
  params: byKey,
  response: PlatformSetting,
})
