import { DomainError, type I18nText, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../platform/audit/audit.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../platform/outbox/append-event.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { indexProducts, indexVendors } from '../catalogue/search/index-writer.ts'
import { ofVendorOrHouse, publicPicture } from '../file/public-picture.ts'
import type { ManagedVendor, VendorInput, VendorPatch } from './contract.ts'
import { requireReason, vendorLifecycle } from './vendor.lifecycle.ts'
import { ManagedVendors } from './vendor-read.ts'
import { VendorTeam } from './vendor-team.ts'

/** Vendors as records: created by staff, moved along their lifecycle, described by themselves. */
@Injectable()
export class VendorService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly cache: Cache,
    private readonly read: ManagedVendors,
    private readonly team: VendorTeam,
    private readonly tenant: TenantContext,
  ) {}

  /** K1: the plan's number of vendors, counted under a lock of the transaction. */
  async #takeQuota(tx: Tx): Promise<void> {
    const limit = this.tenant.document.limits['vendors']
    if (limit === undefined) return
    await sql`SELECT pg_advisory_xact_lock(hashtext('vendor.quota'))`.execute(tx)
    const { rows } = await sql<{ used: number }>`SELECT count(*)::int AS used FROM vendor WHERE deleted_at IS NULL`.execute(tx)
    if (rows[0]!.used >= limit) throw new DomainError('quota_exceeded', { details: { metric: 'vendors', limit, used: rows[0]!.used } })
  }

  /** @throws DomainError quota_exceeded | already_exists (handle, cr_no, the owner's e-mail) */
  async create(ctx: RequestContext, input: VendorInput): Promise<ManagedVendor> {
    const now = this.clock.now()
    const owner = input.owner && { ...input.owner, role: 'owner' as const, hash: await this.team.hash(input.owner.password) }
    return this.database.transaction(async (tx) => {
      await this.#takeQuota(tx)
      const id = newId('ven')
      try {
        await tx
          .insertInto('vendor')
          .values({
            id,
            handle: input.handle,
            name: jsonb(input.name),
            tagline: jsonb(input.tagline),
            description: jsonb(input.description),
            legal_name: input.legal_name,
            kind: input.kind,
            tier: input.tier,
            cr_no: input.cr_no,
            vat_no: input.vat_no,
            email: this.pii.encryptOptional(input.email),
            phone: this.pii.encryptOptional(input.phone),
            city: input.city,
            verticals: input.verticals,
            created_at: now,
            updated_at: now,
          })
          .execute()
      } catch (error) {
        throw asTaken(error)
      }
      if (owner) await this.team.insert(tx, id, owner, now)
      await indexVendors(tx, [id], now)
      await appendEvent(tx, {
        type: 'vendor.vendor.applied',
        aggregate: { type: 'vendor', id, version: 0 },
        payload: { id, handle: input.handle },
        ctx,
      })
      await audit(tx, ctx, {
        action: 'vendor.create',
        resource: { type: 'vendor', id },
        after: { handle: input.handle, cr_no: input.cr_no },
      })
      return this.read.get(ctx, id, tx)
    })
  }

  async update(ctx: RequestContext, id: string, patch: VendorPatch): Promise<ManagedVendor> {
    const now = this.clock.now()
    const updated = await this.database.transaction(async (tx) => {
      const before = await tx
        .selectFrom('vendor')
        .selectAll()
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
      if (!before) throw new DomainError('not_found')
      if (ctx.actor.kind === 'vendor' && ['suspended', 'terminated'].includes(before.status)) {
        throw new DomainError('forbidden', { details: { reason: 'vendor_suspended' } })
      }
      const changes = await this.changesOf(tx, id, patch, (patch.name ?? before.name) as I18nText)
      try {
        await tx
          .updateTable('vendor')
          .set((eb) => ({ ...changes, version: eb('version', '+', 1), updated_at: now }))
          .where('id', '=', id)
          .execute()
      } catch (error) {
        throw asTaken(error)
      }
      await this.reindex(tx, id, patch.name !== undefined, now)
      await audit(tx, ctx, { action: 'vendor.update', resource: { type: 'vendor', id }, after: patch })
      return this.read.get(ctx, id, tx)
    })
    await this.cache.drop('catalogue:')
    return updated
  }

  /**
   * Moves a vendor along its lifecycle. Its products leave the shop, or come back, in the same transaction.
   * @throws DomainError invalid_transition, reason_required, open_obligations (termination with open orders)
   */
  async move(ctx: RequestContext, id: string, name: string, reason?: string): Promise<ManagedVendor> {
    requireReason(name, reason)
    const now = this.clock.now()
    const moved = await this.database.transaction(async (tx) => {
      if (name === 'terminate') await this.requireNoOpenOrders(tx, id)
      await transition(tx, vendorLifecycle, { id, name, ctx, reason, changes: { status_reason: reason ?? null } })
      await indexVendors(tx, [id], now)
      return this.read.get(ctx, id, tx)
    })
    await this.cache.drop('catalogue:')
    return moved
  }

  private async changesOf(tx: Tx, id: string, patch: VendorPatch, name: I18nText): Promise<Record<string, unknown>> {
    const { name: newName, tagline, description, email, phone, picture_file_id: fileId, ...plain } = patch
    const texts = Object.entries({ name: newName, tagline, description }).filter(([, value]) => value !== undefined)
    return {
      ...plain,
      ...Object.fromEntries(texts.map(([key, value]) => [key, jsonb(value)])),
      ...(email === undefined ? {} : { email: this.pii.encryptOptional(email) }),
      ...(phone === undefined ? {} : { phone: this.pii.encryptOptional(phone) }),
      ...(fileId === undefined ? {} : { picture_file_id: fileId, picture: await this.picture(tx, id, fileId, name) }),
    }
  }

  /** The vendor's own picture, or one of the house. */
  private async picture(tx: Tx, vendorId: string, fileId: string | null, alt: I18nText): Promise<string | null> {
    const picture = await publicPicture(tx, fileId, alt, ofVendorOrHouse(vendorId))
    return picture && jsonb(picture)
  }

  private async reindex(tx: Tx, id: string, renamed: boolean, now: Date): Promise<void> {
    await indexVendors(tx, [id], now)
    if (!renamed) return
    // A vendor's name is a word of its products.
    const products = await tx.selectFrom('product').select('id').where('vendor_id', '=', id).where('status', '=', 'published').execute()
    await indexProducts(
      tx,
      products.map((product) => product.id),
      now,
    )
  }

  private async requireNoOpenOrders(tx: Tx, id: string): Promise<void> {
    const { rows } = await sql<{ open: number }>`
      SELECT count(*)::int AS open FROM sub_order WHERE vendor_id = ${id} AND status NOT IN ('completed', 'cancelled', 'expired')`.execute(
      tx,
    )
    const open = rows[0]!.open
    if (open > 0) throw new DomainError('open_obligations', { details: { orders: open } })
  }
}

function asTaken(error: unknown): unknown {
  if (violates(error, '23505', 'vendor_handle_key')) return new DomainError('already_exists', { field: 'handle', cause: error })
  if (violates(error, '23505', 'vendor_cr_no_key')) return new DomainError('already_exists', { field: 'cr_no', cause: error })
  return error
}
