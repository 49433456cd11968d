import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { Customer, listMySessions, updateMe } from './contract.ts'
import { Customers } from './customers.ts'
import { Sessions } from './sessions.ts'

/** The signed-in customer of a request. @throws DomainError unauthenticated */
export function customerOf(ctx: RequestContext): { id: string; sessionId: string } {
  if (ctx.actor.kind !== 'customer') throw new DomainError('unauthenticated')
  return ctx.actor
}

/** What customers see and change about themselves. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly customers: Customers,
    private readonly pii: Pii,
    private readonly signedIn: Sessions,
  ) {}

  async get(ctx: RequestContext): Promise<Customer> {
    return this.customers.view(await this.customers.get(this.database.read, customerOf(ctx).id))
  }

  async update(ctx: RequestContext, body: Input<typeof updateMe>['body']): Promise<Customer> {
    const changes = {
      ...(body.name !== undefined && { name: this.pii.encrypt(body.name) }),
      ...(body.phone !== undefined && {
        phone: this.pii.encryptOptional(body.phone),
        phone_index: body.phone === null ? null : this.pii.index('phone', body.phone),
        phone_verified_at: null,
      }),
      ...(body.locale !== undefined && { locale: body.locale }),
    }
    const row = await this.database.read
      .updateTable('customer')
      .set((eb) => ({ ...changes, updated_at: this.clock.now(), version: eb('version', '+', 1) }))
      .where('id', '=', customerOf(ctx).id)
      .returningAll()
      .executeTakeFirstOrThrow()
    return this.customers.view(row)
  }

  async sessions(ctx: RequestContext, page: { limit: number; offset: number }): Promise<Output<typeof listMySessions>> {
    const own = customerOf(ctx)
    const rows = await this.database.read
      .selectFrom('account_session')
      .selectAll()
      .where('account_kind', '=', 'customer')
      .where('account_id', '=', own.id)
      .where('expires_at', '>', this.clock.now())
      .orderBy('created_at', 'desc')
      .execute()
    return {
      total: rows.length,
      items: rows.slice(page.offset, page.offset + page.limit).map((row) => ({
        id: row.id,
        current: row.id === own.sessionId,
        created_at: row.created_at.toISOString(),
        last_seen_at: row.last_seen_at.toISOString(),
        user_agent: row.user_agent,
      })),
    }
  }

  async endSession(ctx: RequestContext, id: string): Promise<{ id: string }> {
    if (!(await this.signedIn.endOne('customer', id, customerOf(ctx).id))) throw new DomainError('not_found')
    return { id }
  }
}
