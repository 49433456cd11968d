import { Injectable } from '@nestjs/common'
import { dateOf, minuteOf, type Zone, zoneOf } from '../../../platform/clock/zone.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'

/** The city around every restaurant of this tenant. */
@Injectable()
export class Surroundings {
  constructor(private readonly tenant: TenantContext) {}

  get timezone(): string {
    return this.tenant.document.timezone
  }

  get zone(): Zone {
    return zoneOf(this.timezone)
  }

  get currency(): string {
    return this.tenant.document.default_currency
  }

  get fallback() {
    return this.tenant.document.default_locale
  }

  /** Calendar date there, `YYYY-MM-DD`. */
  today(now: Date): string {
    return dateOf(this.zone.day(minuteOf(now)))
  }
}
