import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { fold } from '../../core/catalogue/search/fold.ts'
import { FileStore } from '../../core/file/file.store.ts'
import { BINDING, type Binding } from '../../platform/binding/binding.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { hashPassword } from '../../platform/credential/password.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { VerticalSeeded } from '../../platform/seed/seeds.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { vendors as firstVendors } from '../../seed/data/vendors.ts'
import { demoPassword, ownerEmail } from '../../seed/people-rows.ts'
import { type DrawnPicture, seedPictures } from '../../seed/picture-rows.ts'
import { insertMissing, priceIn, seedId } from '../../seed/rows.ts'
import { seedVerticalVendors } from '../../seed/vertical-vendors.ts'
import { manifest } from './manifest.ts'
import { offerings, type SeedOffering, type Text, vendors } from './seed-data.ts'

type Pictures = ReadonlyMap<string, DrawnPicture>
type Row = Record<string, unknown>

const i18n = ([en, fr, ar]: Text) => ({ en, fr, ar })
const zone = 'Asia/Riyadh'

/** The named examples of docs/spec/booking.md; a second run finds everything and changes nothing. */
@Injectable()
export class BookingSeed {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly cache: Cache,
    private readonly pii: Pii,
    private readonly files: FileStore,
    @Inject(BINDING) private readonly binding: Binding,
  ) {}

  async run(_ctx: RequestContext): Promise<VerticalSeeded> {
    const password = demoPassword(this.pii)
    const signIns = [...vendors.map((vendor) => vendor.handle), 'barber-al-nakheel'].map((handle) => ({
      role: 'vendor owner',
      of: handle,
      email: ownerEmail(handle),
      password,
    }))
    const last = seedId('bof', offerings.at(-1)!.handle)
    const done = await this.database.read.selectFrom('booking_offering').select('id').where('id', '=', last).executeTakeFirst()
    if (done) return { added: 0, signIns }
    const now = this.clock.now()
    const hash = await hashPassword(password)
    const added = await this.database.transaction(async (tx) => {
      const pictures = await seedPictures(tx, this.files, this.binding.release_dir, wantedPictures(), now)
      const people = await seedVerticalVendors(tx, this.pii, {
        vertical: manifest.name,
        vendors,
        pictureOf: (handle) => pictures.get(`vendor-${handle}`)!,
        passwordHash: hash,
        since: later(now, -days(200)),
        now,
      })
      return people + (await this.seedServices(tx, pictures, now))
    })
    await this.cache.drop('store:')
    await this.cache.drop('catalogue:')
    return { added, signIns }
  }

  private async seedServices(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
    const stamp = { version: 0, created_at: now, updated_at: now }
    const policies = offerings.map((offering) => ({
      id: seedId('bpo', offering.handle),
      vendor_id: seedId('ven', offering.vendor),
      name: { en: 'Standard', fr: 'Standard', ar: 'عادي' },
      tiers: offering.tiers,
      ...stamp,
    }))
    const providers = offerings.flatMap((offering) =>
      offering.providers.map((provider, index) => ({
        id: seedId('bpr', provider.key),
        vendor_id: seedId('ven', offering.vendor),
        name: i18n(provider.name),
        kind: provider.kind ?? 'person',
        timezone: zone,
        priority: 10 - index,
        weight: 1,
        gender: provider.gender ?? null,
        active: true,
        verification: provider.verified ? 'verified' : 'unverified',
        ...stamp,
      })),
    )
    const rules = offerings.flatMap((offering) =>
      offering.providers.flatMap((provider) =>
        provider.week.flatMap(([weekdays, start, end], part) =>
          weekdays.map((weekday) => ({
            id: seedId('bar', `${provider.key}-${weekday}-${part}`),
            provider_id: seedId('bpr', provider.key),
            weekday,
            start_minute: start,
            end_minute: end,
            ...stamp,
          })),
        ),
      ),
    )
    let added = await insertMissing(tx, 'booking_policy', policies)
    added += await insertMissing(tx, 'booking_provider', providers)
    added += await insertMissing(tx, 'booking_availability_rule', rules)
    added += await insertMissing(
      tx,
      'booking_offering',
      offerings.map((offering, index) => this.offeringRow(offering, pictures, later(now, -days(index)))),
    )
    await insertMissing(
      tx,
      'booking_offering_provider',
      offerings.flatMap(({ handle, providers: team }) =>
        team.map(({ key }) => ({ offering_id: seedId('bof', handle), provider_id: seedId('bpr', key) })),
      ),
    )
    await insertMissing(
      tx,
      'booking_offering_resource',
      offerings.flatMap(({ handle, resources = [] }) =>
        resources.map(({ kind, quantity }) => ({ offering_id: seedId('bof', handle), resource_kind: kind, quantity })),
      ),
    )
    return added
  }

  private offeringRow(offering: SeedOffering, pictures: Pictures, published: Date): Row {
    const currency = this.tenant.document.default_currency
    const picture = pictures.get(`service-${offering.handle}`)!
    const vendorName = (vendors.find((vendor) => vendor.handle === offering.vendor) ??
      firstVendors.find((vendor) => vendor.handle === offering.vendor))!.name
    const defaults = {
      duration_options: [],
      pay_at_place: false,
      tax_class: 'standard',
      buffer_before_min: 0,
      buffer_after_min: 0,
      slot_interval_min: 30,
      lead_time_min: 60,
      horizon_days: 30,
      seats: 1,
      requires_confirmation: false,
      confirmation_deadline_min: 720,
      assignment: 'round_robin',
      location_kind: 'at_vendor',
    }
    return {
      id: seedId('bof', offering.handle),
      vendor_id: seedId('ven', offering.vendor),
      handle: offering.handle,
      status: 'published',
      name: i18n(offering.name),
      summary: i18n(offering.summary),
      description: i18n(offering.text),
      category: offering.category,
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: picture.alt },
      duration_min: offering.minutes,
      price_amount: priceIn(currency, offering.riyals) ?? offering.riyals * 100,
      currency_code: currency,
      address: offering.address && i18n(offering.address),
      city: offering.address ? 'Riyadh' : null,
      lat: offering.lat,
      lng: offering.lng,
      timezone: zone,
      cancellation_policy_id: seedId('bpo', offering.handle),
      intake_form: offering.questions ?? [],
      search_text: fold([...offering.name, ...offering.summary, ...vendorName].join(' ')),
      published_at: published,
      version: 0,
      created_at: published,
      updated_at: published,
      ...defaults,
      ...(offering.options ? { duration_options: offering.options } : {}),
      ...offering.columns,
    }
  }
}

function wantedPictures() {
  return [
    ...vendors.map(({ handle, glyph, hue, name }) => ({
      name: `vendor-${handle}`,
      glyph,
      hue,
      owner: seedId('ven', handle),
      alt: i18n(name),
    })),
    ...offerings.map(({ handle, glyph, hue, vendor, name }) => ({
      name: `service-${handle}`,
      glyph,
      hue,
      owner: seedId('ven', vendor),
      alt: i18n(name),
    })),
  ]
}
