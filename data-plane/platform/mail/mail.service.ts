import { DomainError, type Input, type Locale, type Output, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../audit/audit.ts'
import { Clock } from '../clock/clock.ts'
import { Database, scopeOf } from '../db/index.ts'
import { Pii } from '../pii/pii.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { schedule } from '../timer/schedule.ts'
import type { listMailKinds, listTenantMail, readTenantMail, TenantMail } from './contract.ts'
import { Letters, mailTimer } from './letters.ts'
import { type MailRow, MailRows } from './mail-rows.ts'
import { Post } from './post.ts'

/** What a tenant's administrators see and mend of their shop's messages. */
@Injectable()
export class MailService {
  constructor(
    private readonly database: Database,
    private readonly rows: MailRows,
    private readonly letters: Letters,
    private readonly post: Post,
    private readonly pii: Pii,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
  ) {}

  async list({ status, kind, to, limit, offset }: Input<typeof listTenantMail>['query']): Promise<Page<TenantMail>> {
    let found = this.database.read.selectFrom('mail')
    if (status) found = found.where('status', '=', status)
    if (kind) found = found.where('kind', '=', kind)
    if (to) found = found.where('email_index', '=', this.pii.index('email', to))
    const [rows, { total }] = await Promise.all([
      found.selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit).offset(offset).execute(),
      found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { total: Number(total), items: await Promise.all(rows.map(async (row) => (await this.#view(row)).mail)) }
  }

  /** @throws DomainError not_found */
  async read(ctx: RequestContext, id: string): Promise<Output<typeof readTenantMail>> {
    const row = await this.database.read.selectFrom('mail').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const { mail, content } = await this.#view(row)
    // codes and links in it work for whoever reads them
    if (content) await this.database.transaction((tx) => audit(tx, ctx, { action: 'mail.open', resource: { type: 'mail', id } }))
    return { ...mail, text: content?.text ?? null, html: content?.html ?? null }
  }

  /** @throws DomainError not_found | invalid_transition for one that is not dead, or would be of no use any more */
  async requeue(ctx: RequestContext, id: string): Promise<TenantMail> {
    const row = await this.database.transaction(async (tx) => {
      const found = await tx.selectFrom('mail').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      if (!found) throw new DomainError('not_found')
      if (!this.#maySendAgain(found)) throw new DomainError('invalid_transition', { details: { entity: 'mail', status: found.status } })
      const now = this.clock.now()
      // somebody wants it sent now, also from a copy
      const changes = { status: 'queued', attempts: 0, due_at: now, occurred_at: now }
      await tx.updateTable('mail').set(changes).where('id', '=', id).execute()
      await audit(tx, ctx, { action: 'mail.requeue', resource: { type: 'mail', id } })
      await schedule(tx, { kind: mailTimer, ref: 'all', dueAt: now })
      scopeOf(tx).signals.push({ kind: 'mail' })
      return { ...found, ...changes }
    })
    return (await this.#view(row)).mail
  }

  async kinds(): Promise<Output<typeof listMailKinds>> {
    const { off } = await this.letters.sender(this.tenant.document.default_locale)
    const items = this.letters.kinds.map(({ name, needed = false }) => ({ kind: name, on: needed || !off.includes(name), needed }))
    return { items, total: items.length }
  }

  #maySendAgain(row: MailRow): boolean {
    return row.status === 'dead' && (row.good_until === null || row.good_until > this.clock.now())
  }

  async #view(row: MailRow) {
    const letter = this.post.kind === 'mailbox' ? this.rows.letterOf(row) : null
    const content = letter && (await this.post.compose(row.kind, letter))
    const mail: TenantMail = {
      id: row.id,
      kind: row.kind,
      locale: row.locale as Locale | null,
      to: this.rows.recipientOf(row),
      subject: content?.subject ?? null,
      status: row.status as TenantMail['status'],
      attempts: row.attempts,
      due_at: row.due_at?.toISOString() ?? null,
      last_error: row.last_error,
      created_at: row.created_at.toISOString(),
      sent_at: row.sent_at?.toISOString() ?? null,
      actions: this.#maySendAgain(row) ? ['requeue'] : [],
    }
    return { mail, content }
  }
}
