import type { I18nText } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb } from '../../platform/db/index.ts'
import { Seeds } from '../../platform/seed/seeds.ts'

const seeded: readonly { code: string; kind: string; name: I18nText }[] = [
  { code: 'web', kind: 'web', name: { en: 'Web shop', fr: 'Boutique en ligne', ar: 'المتجر الإلكتروني' } },
  { code: 'app', kind: 'ios', name: { en: 'App', fr: 'Application', ar: 'التطبيق' } },
  { code: 'kafd-kiosk', kind: 'kiosk', name: { en: 'KAFD kiosk', fr: 'Kiosque KAFD', ar: 'كشك كافد' } },
  { code: 'pos-olaya', kind: 'pos', name: { en: 'Till, Olaya', fr: 'Caisse, Olaya', ar: 'نقطة بيع العليا' } },
  { code: 'google-feed', kind: 'marketplace_feed', name: { en: 'Google feed', fr: 'Flux Google', ar: 'خلاصة جوجل' } },
  { code: 'whatsapp', kind: 'whatsapp', name: { en: 'WhatsApp', fr: 'WhatsApp', ar: 'واتساب' } },
]

/** The channels of the pilot shop; found again by their code. */
@Injectable()
export class ChannelSeed implements OnModuleInit {
  constructor(
    private readonly seeds: Seeds,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cache: Cache,
  ) {}

  onModuleInit(): void {
    this.seeds.register({ vertical: 'catalogue', run: async () => ({ added: await this.run() }) })
  }

  private async run(): Promise<number> {
    const now = this.clock.now()
    const written = await this.database.transaction((tx) =>
      tx
        .insertInto('sales_channel')
        .values(
          seeded.map(({ code, kind, name }) => ({
            id: `chn_seed_${code}`,
            code,
            kind,
            name: jsonb(name),
            created_at: now,
            updated_at: now,
          })),
        )
        .onConflict((conflict) => conflict.column('code').doNothing())
        .returning('id')
        .execute(),
    )
    if (written.length > 0) await this.cache.drop('channel:')
    return written.length
  }
}
