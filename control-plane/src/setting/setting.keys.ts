import { z } from 'zod'

/** One setting of the platform: what it may be, and what it is until somebody changes it. */
interface Setting<Schema extends z.ZodType> {
  schema: Schema
  default: z.infer<Schema>
  group: 'backups' | 'sign-in' | 'support' | 'lifecycle'
  /** One sentence for the person who changes it. */
  summary: string
}

const setting = <Schema extends z.ZodType>(declared: Setting<Schema>): Setting<Schema> => declared
const whole = (least: number, most: number) => z.int().min(least).max(most)

/** Every setting there is; nothing else can be stored (docs/spec/core.md, tenant: schema-checked). */
export const settingKeys = {
  backup_hour: setting({
    schema: whole(0, 23),
    default: 2,
    group: 'backups',
    summary: 'Hour of the night, in each tenant’s own time zone, in which its daily backup is made',
  }),
  backup_keep_days: setting({
    schema: whole(7, 366),
    default: 30,
    group: 'backups',
    summary: 'Days for which every daily backup is kept',
  }),
  backup_keep_weeks: setting({
    schema: whole(0, 104),
    default: 12,
    group: 'backups',
    summary: 'Weeks after that for which one backup a week is kept',
  }),
  backup_keep_months: setting({
    schema: whole(0, 120),
    default: 12,
    group: 'backups',
    summary: 'Months for which one backup a month is kept',
  }),
  backup_late_hours: setting({
    schema: whole(25, 168),
    default: 30,
    group: 'backups',
    summary: 'Hours since the last backup after which operators are told that one was missed',
  }),
  restore_test_days: setting({
    schema: whole(1, 90),
    default: 1,
    group: 'backups',
    summary: 'Days between two restore tests of a tenant’s newest backup that has not been tested',
  }),
  require_totp: setting({
    schema: z.boolean(),
    default: false,
    group: 'sign-in',
    summary: 'Staff must set up a second factor before they can go on',
  }),
  signing_key_days: setting({
    schema: whole(1, 365),
    default: 30,
    group: 'sign-in',
    summary: 'Days after which staff tokens are signed with a new key',
  }),
  max_sessions: setting({
    schema: whole(1, 20),
    default: 5,
    group: 'sign-in',
    summary: 'Sessions a member of staff may have at once; the oldest ends',
  }),
  support_max_hours: setting({
    schema: whole(3, 168),
    default: 168,
    group: 'support',
    summary: 'The longest support access a tenant can be asked for, in hours',
  }),
  approval_hours: setting({
    schema: whole(1, 168),
    default: 72,
    group: 'lifecycle',
    summary: 'Hours in which a second person can decide a request',
  }),
  rename_redirect_days: setting({
    schema: whole(0, 90),
    default: 30,
    group: 'lifecycle',
    summary: 'Days for which the former address of a renamed tenant leads to the new one',
  }),
} as const

export type SettingKey = keyof typeof settingKeys
export type SettingValue<Key extends SettingKey> = z.infer<(typeof settingKeys)[Key]['schema']>

export const settingNames = Object.keys(settingKeys) as SettingKey[]

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingKeys, key)
}
