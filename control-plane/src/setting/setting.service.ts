import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import type { platform_setting } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { json, Registry, type Tx } from '../registry/registry.ts'
import { Abilities } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import { PlatformSettings } from './platform-settings.ts'
import type { PlatformSetting } from './setting.contract.ts'
import { isSettingKey, type SettingKey, settingKeys, settingNames } from './setting.keys.ts'

/** Reading and changing the settings of the platform; every change is audited with both values. */
@Injectable()
export class SettingService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
    private readonly settings: PlatformSettings,
  ) {}

  async list(ctx: RequestContext): Promise<PlatformSetting[]> {
    const rows = await this.registry.db.platform_setting.findMany()
    const names = await this.staff.names(
      this.registry.db,
      rows.map((row) => row.updated_by),
    )
    return settingNames.map((key) =>
      this.#view(
        ctx,
        key,
        rows.find((row) => row.key === key),
        names,
      ),
    )
  }

  /** @throws DomainError not_found | validation_failed | stale_version */
  async change(ctx: RequestContext, key: string, asked: { value?: unknown; version?: number | undefined }): Promise<PlatformSetting> {
    const known = knownKey(key)
    const parsed = settingKeys[known].schema.safeParse(asked.value)
    if (!parsed.success) {
      throw new DomainError('validation_failed', {
        field: 'value',
        message: `${known}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
        details: { schema: z.toJSONSchema(settingKeys[known].schema) },
      })
    }
    return this.#write(ctx, known, asked.version, (tx, actor, now) =>
      tx.platform_setting.upsert({
        where: { key: known },
        create: { key: known, value: json(parsed.data), updated_by: actor, updated_at: now },
        update: { value: json(parsed.data), version: { increment: 1 }, updated_by: actor, updated_at: now },
      }),
    )
  }

  /** @throws DomainError not_found */
  async reset(ctx: RequestContext, key: string): Promise<PlatformSetting> {
    const known = knownKey(key)
    return this.#write(ctx, known, undefined, async (tx) => {
      await tx.platform_setting.deleteMany({ where: { key: known } })
      return undefined
    })
  }

  async #write(
    ctx: RequestContext,
    key: SettingKey,
    version: number | undefined,
    change: (tx: Tx, actor: string, now: Date) => Promise<platform_setting | undefined>,
  ): Promise<PlatformSetting> {
    const requested = auditOf(ctx)
    const view = await this.registry.within(ctx, async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`cityos setting ${key}`}))`
      const before = await tx.platform_setting.findUnique({ where: { key } })
      const present = before?.version ?? 0
      if (version !== undefined && version !== present) {
        throw new DomainError('stale_version', { message: `${key} is at version ${present}: load it again`, details: { version: present } })
      }
      const now = this.clock.now()
      const after = await change(tx, requested.actor, now)
      await audit(tx, {
        ...requested,
        at: now,
        action: after ? 'setting.change' : 'setting.reset',
        tenantId: null,
        resource: { type: 'setting', id: key },
        changes: { before: before?.value ?? settingKeys[key].default, after: after?.value ?? settingKeys[key].default },
      })
      return this.#view(ctx, key, after, await this.staff.names(tx, [requested.actor]))
    })
    this.settings.forget()
    return view
  }

  #view(ctx: RequestContext, key: SettingKey, row: platform_setting | undefined, names: Map<string, string>): PlatformSetting {
    const { group, summary, schema, default: builtIn } = settingKeys[key]
    const { $schema: _, ...described } = z.toJSONSchema(schema)
    const may = this.abilities.of(ctx.actor).can('update', 'setting')
    return {
      key,
      group,
      summary,
      value: row ? row.value : builtIn,
      default: builtIn,
      schema: described,
      version: row?.version ?? 0,
      updated_by: row ? (names.get(row.updated_by) ?? row.updated_by) : null,
      updated_at: row?.updated_at.toISOString() ?? null,
      actions: may ? ['change', ...(row ? (['reset'] as const) : [])] : [],
    }
  }
}

function knownKey(key: string): SettingKey {
  if (isSettingKey(key)) return key
  throw new DomainError('not_found', { message: `there is no setting "${key.slice(0, 60)}": use ${settingNames.join(', ')}` })
}
