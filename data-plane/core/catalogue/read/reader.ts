import { DomainError, type Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../../platform/clock/clock.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { Channels } from '../../channel/channel.service.ts'
import { StoreService } from '../../store/store.service.ts'
import type { Reading } from './statement.ts'

/** Settles language, currency and moment of a catalogue read. */
@Injectable()
export class Reader {
  constructor(
    private readonly stores: StoreService,
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
    private readonly channels: Channels,
  ) {}

  /** @throws DomainError currency_not_supported when the store does not sell in `currency`, store_maintenance while it is closed */
  async reading(ctx: RequestContext, currency?: string): Promise<Reading> {
    const store = await this.stores.current()
    this.stores.requireOpen(ctx, store)
    if (currency && !store.currencies.includes(currency)) {
      throw new DomainError('currency_not_supported', { field: 'currency', details: { currencies: store.currencies } })
    }
    const channel = await this.channels.listingOf(ctx)
    return { locale: ctx.locale, fallback: this.fallback, currency: currency ?? store.default_currency, now: this.clock.now(), channel }
  }

  get fallback(): Locale {
    return this.tenant.document.default_locale
  }
}
