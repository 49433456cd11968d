import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { Governance } from '../../governance/governance.service.ts'
import { SettingService } from '../../store/setting.service.ts'
import type { ManagedProduct, ProductAction } from '../contract.ts'
import { CategoryTree } from '../read/category-tree.ts'
import { indexProducts } from '../search/index-writer.ts'
import { ManagedProducts } from './managed-read.ts'
import { productLifecycle } from './product.lifecycle.ts'
import { requirePublishable } from './publish-rules.ts'
import { lockProduct } from './scope.ts'

const publishing: readonly ProductAction[] = ['publish', 'approve']

/** Moves products along their lifecycle. */
@Injectable()
export class ProductVerbs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: SettingService,
    private readonly read: ManagedProducts,
    private readonly categories: CategoryTree,
    private readonly governance: Governance,
  ) {}

  /** @throws DomainError invalid_transition, forbidden (tier), publish_requirements_missing */
  async run(ctx: RequestContext, id: string, name: ProductAction, reason?: string): Promise<ManagedProduct> {
    const now = this.clock.now()
    const tiers = await this.settings.get('catalogue.vendor_publish_tiers')
    const product = await this.database.transaction(async (tx) => {
      const before = await lockProduct(tx, ctx, id)
      if (name === 'publish') await this.requireTrusted(tx, ctx, before, tiers)
      const row = await transition(tx, productLifecycle, {
        id,
        name,
        ctx,
        reason,
        changes: {
          ...(publishing.includes(name) && !before.published_at ? { published_at: now } : {}),
          ...(name === 'reject' ? { rejection_reasons: [reason ?? ''] } : {}),
          ...(name === 'approve' || name === 'revise' ? { rejection_reasons: [] } : {}),
        },
      })
      if (row.status === 'published') {
        requirePublishable(await this.read.facts(tx, id))
        await this.governance.requirePublishable(tx, id)
      }
      await indexProducts(tx, [id], now)
      return this.read.get(ctx, id, tx)
    })
    await this.categories.changed()
    return product
  }

  /** A first publication by a vendor of a tier that is not trusted goes through review. */
  private async requireTrusted(
    tx: Tx,
    ctx: RequestContext,
    product: { status: string; vendor_id: string },
    tiers: readonly string[],
  ): Promise<void> {
    if (ctx.actor.kind !== 'vendor' || product.status !== 'draft') return
    const vendor = await tx.selectFrom('vendor').select('tier').where('id', '=', product.vendor_id).executeTakeFirstOrThrow()
    if (!tiers.includes(vendor.tier)) throw new DomainError('forbidden', { details: { reason: 'review_required' } })
  }
}
