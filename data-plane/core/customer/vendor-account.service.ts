import { DomainError, type I18nText, type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { verifyPassword } from '../../platform/credential/password.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { VendorUser, vendorSignIn } from './contract.ts'
import { Sessions } from './sessions.ts'

/** Sign-in of vendor staff: the same rules as for customers, with a session of their own. */
@Injectable()
export class VendorAccountService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly sessions: Sessions,
    private readonly tenant: TenantContext,
  ) {}

  async signIn(ctx: RequestContext, body: Input<typeof vendorSignIn>['body']): Promise<Output<typeof vendorSignIn>> {
    const user = await this.database.read
      .selectFrom('vendor_user')
      .select(['id', 'password_hash', 'status', 'deleted_at'])
      .where('email_index', '=', this.pii.index('email', body.email))
      .executeTakeFirst()
    const right = await verifyPassword(body.password, user?.password_hash ?? null)
    if (!user || !right || user.status !== 'active' || user.deleted_at) throw new DomainError('unauthenticated')
    const session = await this.database.transaction(async (tx) => {
      await tx.updateTable('vendor_user').set({ last_signed_in_at: this.clock.now() }).where('id', '=', user.id).execute()
      return this.sessions.start(tx, ctx, 'vendor_user', user.id)
    })
    return { token: session.token, expires_at: session.expiresAt.toISOString(), user: await this.view(this.database.read, ctx, user.id) }
  }

  async signOut(ctx: RequestContext): Promise<{ signed_out: true }> {
    await this.sessions.end(ctx, 'vendor_user')
    return { signed_out: true }
  }

  me(ctx: RequestContext): Promise<VendorUser> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('unauthenticated')
    return this.view(this.database.read, ctx, ctx.actor.userId)
  }

  private async view(tx: Tx, ctx: RequestContext, id: string): Promise<VendorUser> {
    const row = await tx
      .selectFrom('vendor_user as u')
      .innerJoin('vendor as v', 'v.id', 'u.vendor_id')
      .where('u.id', '=', id)
      .select(['u.id', 'u.email', 'u.name', 'u.role', 'v.id as vendor_id', 'v.handle', 'v.name as vendor_name', 'v.verticals'])
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return {
      id: row.id,
      email: this.pii.decrypt(row.email),
      name: this.pii.decrypt(row.name),
      role: row.role,
      vendor: {
        id: row.vendor_id,
        handle: row.handle,
        name: pickText(row.vendor_name as I18nText, ctx.locale, this.tenant.document.default_locale),
        verticals: row.verticals,
      },
    }
  }
}
