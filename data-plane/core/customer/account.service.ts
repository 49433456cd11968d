import { DomainError, type Input, type Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { hashPassword, verifyPassword } from '../../platform/credential/password.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { CartMerge } from '../cart/cart-merge.ts'
import { Codes } from './codes.ts'
import type { reset, SignedIn, signIn, signUp, verify } from './contract.ts'
import { type CustomerRow, Customers } from './customers.ts'
import { Sessions } from './sessions.ts'

interface SignUpPayload {
  password_hash: string
  name: string
  phone: string | null
  locale: Locale
}

/**
 * Accounts of customers. Known and unknown addresses get the same answer after the same work (commerce.md, customer):
 * every branch hashes one password or writes one code.
 */
@Injectable()
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly customers: Customers,
    private readonly codes: Codes,
    private readonly sessions: Sessions,
    private readonly carts: CartMerge,
  ) {}

  /** Nothing exists until the address is proven, so nobody can sit on another person's address. */
  async signUp(ctx: RequestContext, body: Input<typeof signUp>['body']) {
    const payload: SignUpPayload = {
      password_hash: await hashPassword(body.password),
      name: body.name,
      phone: body.phone ?? null,
      locale: body.locale ?? ctx.locale,
    }
    return this.codes.send(ctx, body.email, 'sign_up', { ...payload })
  }

  /** Code of sign-up → account and session. Whoever proves an address that has an account already is signed in to it, unchanged. */
  async verify(ctx: RequestContext, body: Input<typeof verify>['body']): Promise<SignedIn> {
    const checked = await this.codes.check(body.email, 'sign_up', body.code)
    const asked = checked.payload as SignUpPayload | null
    if (!asked) throw new DomainError('validation_failed', { field: 'code' })
    return this.signedIn(ctx, async (tx) => {
      await this.codes.redeem(tx, checked.id)
      const { row, created } = await this.customers.create(tx, {
        email: body.email,
        name: asked.name,
        phone: asked.phone,
        locale: asked.locale,
        passwordHash: asked.password_hash,
        verified: true,
      })
      if (row.status === 'locked' || row.status === 'anonymised') throw new DomainError('unauthenticated')
      if (created) {
        await appendEvent(tx, {
          type: 'customer.customer.registered',
          aggregate: { type: 'customer', id: row.id, version: 0 },
          payload: { id: row.id },
          ctx,
        })
      }
      return this.proven(tx, row)
    })
  }

  async signIn(ctx: RequestContext, body: Input<typeof signIn>['body']): Promise<SignedIn> {
    const row = await this.customers.byEmail(this.database.read, body.email)
    const hash = row ? await this.customers.passwordHash(this.database.read, row.id) : null
    const right = await verifyPassword(body.password, hash)
    if (!row || !right || !['registered', 'verified'].includes(row.status)) throw new DomainError('unauthenticated')
    return this.signedIn(ctx, async () => row)
  }

  async signOut(ctx: RequestContext): Promise<{ signed_out: true }> {
    await this.sessions.end(ctx, 'customer')
    ctx.cookies.clear('cart')
    return { signed_out: true }
  }

  requestReset(ctx: RequestContext, email: string) {
    return this.codes.send(ctx, email, 'reset', null)
  }

  /** New password with the code; every other session ends. */
  async reset(ctx: RequestContext, body: Input<typeof reset>['body']): Promise<SignedIn> {
    const checked = await this.codes.check(body.email, 'reset', body.code)
    const hash = await hashPassword(body.password)
    return this.signedIn(ctx, async (tx) => {
      await this.codes.redeem(tx, checked.id)
      const row = await this.customers.byEmail(tx, body.email)
      if (!row || !['registered', 'verified'].includes(row.status)) throw new DomainError('validation_failed', { field: 'code' })
      await this.customers.setPassword(tx, row.id, hash)
      await this.sessions.endAll(tx, 'customer', row.id)
      return this.proven(tx, row)
    })
  }

  /** A code sent to the address came back: the address is verified. */
  private async proven(tx: Tx, row: CustomerRow): Promise<CustomerRow> {
    if (row.email_verified_at) return row
    const now = this.clock.now()
    return tx
      .updateTable('customer')
      .set({ status: 'verified', email_verified_at: now, updated_at: now, version: row.version + 1 })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  private async signedIn(ctx: RequestContext, find: (tx: Tx) => Promise<CustomerRow>): Promise<SignedIn> {
    const { row, session } = await this.database.transaction(async (tx) => {
      const row = await find(tx)
      return { row, session: await this.sessions.start(tx, ctx, 'customer', row.id) }
    })
    await this.carts.atSignIn(ctx, row.id)
    return { token: session.token, expires_at: session.expiresAt.toISOString(), customer: this.customers.view(row) }
  }
}
