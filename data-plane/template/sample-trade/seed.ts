import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { indexVendors } from '../../core/catalogue/search/index-writer.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { hashPassword } from '../../platform/credential/password.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { VerticalSeeded } from '../../platform/seed/seeds.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { demoPassword, ownerEmail } from '../../seed/people-rows.ts'
import { insertMissing, priceIn, seedId } from '../../seed/rows.ts'

const vendor = 'sample-trade-house'
const offers = [
  { handle: 'morning-sample-trade', title: { en: 'In the morning', fr: 'Le matin', ar: 'في الصباح' }, riyals: 35, places: 12 },
  { handle: 'evening-sample-trade', title: { en: 'In the evening', fr: 'Le soir', ar: 'في المساء' }, riyals: 55, places: 8 },
]

/** Demo data: one vendor with two offers; a second run finds them and changes nothing. */
@Injectable()
export class SampleSeed {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly cache: Cache,
    private readonly pii: Pii,
  ) {}

  async run(_ctx: RequestContext): Promise<VerticalSeeded> {
    const password = demoPassword(this.pii)
    const signIns = [{ role: 'vendor owner', of: vendor, email: ownerEmail(vendor), password }]
    const vendorId = seedId('ven', vendor)
    const done = await this.database.read.selectFrom('vendor').select('id').where('id', '=', vendorId).executeTakeFirst()
    if (done) return { added: 0, signIns }
    const now = this.clock.now()
    const stamp = { version: 0, created_at: now, updated_at: now }
    const hash = await hashPassword(password)
    const added = await this.database.transaction(async (tx) => {
      const vendors = [
        {
          id: vendorId,
          handle: vendor,
          name: { en: 'Samples of Olaya', fr: 'Samples d’Olaya', ar: 'Samples العليا' },
          legal_name: 'Samples of Olaya Co.',
          kind: 'company',
          tier: 'pro',
          status: 'active',
          city: 'Riyadh',
          verticals: ['sample-trade'],
          rating_count: 0,
          strikes: 0,
          payout_hold: false,
          ...stamp,
        },
      ]
      const users = [
        {
          id: seedId('vus', vendor),
          vendor_id: vendorId,
          email_index: this.pii.index('email', ownerEmail(vendor)),
          email: this.pii.encrypt(ownerEmail(vendor)),
          name: this.pii.encrypt('Salma Al-Dosari'),
          role: 'owner',
          password_hash: hash,
          status: 'active',
          ...stamp,
        },
      ]
      const rows = offers.map(({ handle, title, riyals, places }) => ({
        id: seedId('smpo', handle),
        vendor_id: vendorId,
        handle,
        title,
        price_amount: priceIn(this.tenant.document.default_currency, riyals) ?? riyals * 100,
        places,
        used: 0,
        ...stamp,
      }))
      const counts = [
        await insertMissing(tx, 'vendor', vendors),
        await insertMissing(tx, 'vendor_user', users),
        await insertMissing(tx, 'sample_offer', rows),
      ]
      await indexVendors(tx, [vendorId], now)
      return counts.reduce((sum, count) => sum + count, 0)
    })
    await this.cache.drop('store:')
    return { added, signIns }
  }
}
