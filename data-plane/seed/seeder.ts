import type { RequestContext } from '@cityos/http'
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { FileStore } from '../core/file/file.store.ts'
import { SettingService } from '../core/store/setting.service.ts'
import { BINDING, type Binding } from '../platform/binding/binding.ts'
import { Cache } from '../platform/cache/cache.ts'
import { Clock } from '../platform/clock/clock.ts'
import { Database } from '../platform/db/index.ts'
import { Pii } from '../platform/pii/pii.ts'
import { type SeedResult, SeedSource } from '../platform/seed/seed-source.ts'
import { Seeds } from '../platform/seed/seeds.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { seedCategories, seedVendors, wantedPictures } from './catalogue-rows.ts'
import { customers } from './data/people.ts'
import { vendors } from './data/vendors.ts'
import { OrderSeed } from './order-seed.ts'
import { customerEmail, demoPassword, ownerEmail, seedPeople } from './people-rows.ts'
import { seedPictures } from './picture-rows.ts'
import { seedProducts } from './product-rows.ts'
import { seedId } from './rows.ts'
import { seedStore } from './store-rows.ts'

/**
 * Loads the demo shop: store, categories, vendors, products with pictures and stock, people and orders. Rows have ids
 * made from their names, so that a second run finds them and changes nothing.
 */
@Injectable()
export class Seeder implements OnModuleInit {
  constructor(
    private readonly source: SeedSource,
    private readonly seeds: Seeds,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly cache: Cache,
    private readonly pii: Pii,
    private readonly files: FileStore,
    private readonly settings: SettingService,
    private readonly orders: OrderSeed,
    @Inject(BINDING) private readonly binding: Binding,
  ) {}

  onModuleInit(): void {
    this.source.use((ctx) => this.run(ctx))
  }

  async run(ctx: RequestContext): Promise<SeedResult> {
    let added = (await this.seedShop()) + (await this.orders.run(ctx))
    const signIns = this.signIns()
    for (const seed of this.seeds.of(this.tenant.document.verticals)) {
      const seeded = await seed.run(ctx)
      added += seeded.added
      signIns.push(...(seeded.signIns ?? []))
    }
    if (added > 0) {
      await this.cache.drop('store:')
      await this.cache.drop('catalogue:')
    }
    return { changed: added > 0, ...(this.tenant.document.test ? { sign_ins: signIns } : {}) }
  }

  /** One transaction: half a shop is never seen. */
  private async seedShop(): Promise<number> {
    const { document } = this.tenant
    const now = this.clock.now()
    const lowStock = await this.settings.get('inventory.low_stock')
    if (await this.isComplete()) return 0
    return this.database.transaction(async (tx) => {
      const pictures = await seedPictures(tx, this.files, this.binding.release_dir, wantedPictures(), now)
      let added = await seedStore(tx, document, now)
      added += await seedCategories(tx, pictures, now)
      added += await seedVendors(tx, pictures, now)
      added += await seedProducts(tx, document, pictures, lowStock, now)
      added += await seedPeople(tx, document, this.pii, now)
      return added
    })
  }

  /** The last thing written tells whether the transaction was. */
  private async isComplete(): Promise<boolean> {
    const last = seedId('adr', `customer-${customers.length}`)
    const row = await this.database.read.selectFrom('customer_address').select('id').where('id', '=', last).executeTakeFirst()
    return row !== undefined
  }

  private signIns(): Record<string, string>[] {
    const password = demoPassword(this.pii)
    const owners = vendors
      .filter((vendor) => vendor.verticals.includes('catalogue'))
      .map((vendor) => ({ role: 'vendor owner', of: vendor.handle, email: ownerEmail(vendor.handle), password }))
    return [{ role: 'customer', email: customerEmail(1, this.tenant.document), password }, ...owners]
  }
}
