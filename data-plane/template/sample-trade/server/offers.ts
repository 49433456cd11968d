import { DomainError, type Input } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../../platform/managed/managed-rows.ts'
import { sampleOffer } from '../contract.ts'

/** Offers as their vendor keeps them. */
@Injectable()
export class SampleOffers extends ManagedRows<'sample_offer', typeof sampleOffer> {
  constructor(parts: ManagedParts) {
    super(parts, sampleOffer, {
      table: 'sample_offer',
      entity: 'sample.offer',
      prefix: 'smpo',
      owner: { column: 'vendor_id' },
      order: ['-created_at'],
      search: 'title',
      keepsRemoved: true,
    })
  }

  /** @throws DomainError validation_failed when fewer places are wanted than are taken already */
  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: Partial<Input<typeof sampleOffer.create>['body']>,
    before: Selectable<DB['sample_offer']> | null,
  ): Promise<Record<string, unknown>> {
    if (before && input.places !== undefined && input.places < before.used)
      throw new DomainError('validation_failed', { field: 'places', details: { used: before.used } })
    return {}
  }
}
