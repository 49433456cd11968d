import { DomainError, type Locale, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { mail } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import type { Mail } from './mail.contract.ts'
import { Mailer } from './mailer.ts'

interface Query {
  status?: Mail['status'] | undefined
  template?: string | undefined
  tenant_id?: string | undefined
  to?: string | undefined
  limit: number
  offset: number
}

/** What operators see of the outbox. */
@Injectable()
export class MailService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly abilities: Abilities,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  async list(ctx: RequestContext, { status, template, tenant_id, to, limit, offset }: Query): Promise<Page<Mail>> {
    const asked = {
      ...(status ? { status } : {}),
      ...(template ? { template } : {}),
      ...(tenant_id ? { tenant_id } : {}),
      ...(to ? { recipient_index: this.sealing.emailIndex(to) } : {}),
    }
    const where = { AND: [this.#reach(ctx, 'read'), asked] }
    const [rows, total] = await Promise.all([
      this.registry.db.mail.findMany({ where, orderBy: { created_at: 'desc' }, take: limit, skip: offset }),
      this.registry.db.mail.count({ where }),
    ])
    return { items: rows.map((row) => this.#view(row)), total }
  }

  /** @throws DomainError not_found */
  async read(ctx: RequestContext, id: string): Promise<Mail & { text: string | null; html: string | null }> {
    const row = await this.registry.db.mail.findFirst({ where: { AND: [{ id }, this.#reach(ctx, 'read')] } })
    if (!row) throw new DomainError('not_found')
    // on its way to an SMTP server it is nobody's but the recipient's: its links work for whoever reads them
    const content = this.mailer.transport.kind === 'mailbox' ? this.mailer.contentOf(row) : null
    return { ...this.#view(row), text: content?.text ?? null, html: content?.html ?? null }
  }

  /** @throws DomainError not_found | invalid_transition for one that is not dead */
  async requeue(ctx: RequestContext, id: string): Promise<Mail> {
    return this.registry.within(ctx, async (tx) => {
      const found = await tx.mail.findFirst({ where: { AND: [{ id }, this.#reach(ctx, 'operate')] } })
      if (!found) throw new DomainError('not_found')
      const due_at = this.clock.now()
      const { count } = await tx.mail.updateMany({ where: { id, status: 'dead' }, data: { status: 'queued', attempts: 0, due_at } })
      if (count === 0) throw new DomainError('invalid_transition', { message: `this message is ${found.status}, not dead` })
      await audit(tx, { ...auditOf(ctx), at: due_at, action: 'mail.requeue', tenantId: found.tenant_id, resource: { type: 'mail', id } })
      await Signals.announce(tx, 'mail')
      return this.#view({ ...found, status: 'queued', attempts: 0, due_at })
    })
  }

  #reach(ctx: RequestContext, action: 'read' | 'operate') {
    return tenantScope(this.abilities.of(ctx.actor), action, 'mail', 'tenant_id')
  }

  #view(row: mail): Mail {
    const content = this.mailer.transport.kind === 'mailbox' ? this.mailer.contentOf(row) : null
    return {
      id: row.id,
      tenant_id: row.tenant_id,
      template: row.template,
      locale: row.locale as Locale,
      to: this.sealing.open('personal', row.recipient_sealed),
      subject: content?.subject ?? null,
      status: row.status as Mail['status'],
      attempts: row.attempts,
      due_at: row.due_at?.toISOString() ?? null,
      last_error: row.last_error,
      created_at: row.created_at.toISOString(),
      sent_at: row.sent_at?.toISOString() ?? null,
      actions: row.status === 'dead' ? ['requeue'] : [],
    }
  }
}
