import { Injectable } from '@nestjs/common'
import { type Db, Registry } from '../registry/registry.ts'
import { isSettingKey, type SettingKey, type SettingValue, settingKeys } from './setting.keys.ts'

/** Milliseconds for which another process's change may go unseen. */
const keptFor = 5_000

/** The settings of the platform, for whoever acts by them: `await settings.get('backup_hour')`. */
@Injectable()
export class PlatformSettings {
  #known: { at: number; values: Promise<Map<SettingKey, unknown>> } | null = null

  constructor(private readonly registry: Registry) {}

  async get<Key extends SettingKey>(key: Key): Promise<SettingValue<Key>> {
    const at = performance.now()
    if (!this.#known || at - this.#known.at > keptFor) this.#known = { at, values: readAll(this.registry.db) }
    const values = await this.#known.values.catch((error: unknown) => {
      this.#known = null
      throw error
    })
    return values.get(key) as SettingValue<Key>
  }

  /** Called when a value was changed by this process. */
  forget(): void {
    this.#known = null
  }
}

/** A stored value that this release no longer takes counts as not set. */
async function readAll(db: Db): Promise<Map<SettingKey, unknown>> {
  const values = new Map<SettingKey, unknown>((Object.keys(settingKeys) as SettingKey[]).map((key) => [key, settingKeys[key].default]))
  for (const row of await db.platform_setting.findMany()) {
    if (!isSettingKey(row.key)) continue
    const parsed = settingKeys[row.key].schema.safeParse(row.value)
    if (parsed.success) values.set(row.key, parsed.data)
  }
  return values
}
