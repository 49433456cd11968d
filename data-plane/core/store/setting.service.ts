import { DomainError } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb } from '../../platform/db/index.ts'
import { Settings, type SettingsPatch } from './contract.ts'
import { settingDefaults } from './settings.ts'

const cacheKey = 'store:settings'

/** Shop settings: stored values over defaults, checked by their schema when written. */
@Injectable()
export class SettingService {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
  ) {}

  all(): Promise<Settings> {
    return this.cache.wrap(cacheKey, 300, async () => {
      const rows = await this.database.read.selectFrom('tenant_setting').select(['key', 'value']).execute()
      const stored = Object.fromEntries(rows.map((row) => [row.key, row.value]))
      // A value a newer release wrote and this one does not know, or no longer accepts, must not stop the shop.
      const known = Object.entries(Settings.shape).flatMap(([key, schema]) => {
        const parsed = schema.safeParse(stored[key])
        return parsed.success ? [[key, parsed.data]] : []
      })
      return { ...settingDefaults, ...Object.fromEntries(known) } as Settings
    })
  }

  async get<K extends keyof Settings>(key: K): Promise<Settings[K]> {
    return (await this.all())[key]
  }

  /** @throws DomainError validation_failed when a reset or value leaves the settings contradictory */
  async update(ctx: RequestContext, patch: SettingsPatch): Promise<Settings> {
    const before = await this.all()
    const now = this.clock.now()
    const resets = Object.entries(patch).filter(([, value]) => value === null)
    const values = Object.entries(patch).filter(([, value]) => value !== null && value !== undefined)
    const free = patch['shipping.free_from_amount']
    if (typeof free === 'number' && free < (patch['shipping.flat_amount'] ?? 0)) {
      throw new DomainError('validation_failed', { field: 'shipping.free_from_amount' })
    }
    await this.database.transaction(async (tx) => {
      if (resets.length > 0) {
        await tx
          .deleteFrom('tenant_setting')
          .where(
            'key',
            'in',
            resets.map(([key]) => key),
          )
          .execute()
      }
      for (const [key, value] of values) {
        const row = { value: jsonb(value), updated_at: now, updated_by: actorId(ctx.actor) ?? 'guest' }
        await tx
          .insertInto('tenant_setting')
          .values({ key, ...row })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
          .execute()
      }
      await audit(tx, ctx, {
        action: 'settings.update',
        resource: { type: 'settings', id: 'tenant' },
        before: Object.fromEntries(Object.keys(patch).map((key) => [key, before[key as keyof Settings]])),
        after: patch,
      })
    })
    await this.cache.drop('store:')
    return this.all()
  }
}
