import { type Locale, newId } from '@cityos/contract'
import type { MailParameters } from '@cityos/mail'
import type { Tx } from '../registry/registry.ts'
import { normaliseEmail, type Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import type { MailTemplate } from './templates.ts'

export interface MailToSend {
  /** E-mail address. */
  to: string
  locale: Locale
  template: MailTemplate
  /** Values of the template's words; `url` is where its button leads. Kept sealed, and only until it has left. */
  parameters: MailParameters
  /** The tenant it is about; null or absent for the platform itself. */
  tenantId?: string | null
}

/**
 * Puts a message into the outbox, in the transaction of what it tells about: it leaves if and only if that happened.
 * @returns id of the message
 */
export async function sendMail(tx: Tx, sealing: Sealing, mail: MailToSend, now: Date): Promise<string> {
  const id = newId('mail')
  const to = normaliseEmail(mail.to)
  await tx.mail.create({
    data: {
      id,
      tenant_id: mail.tenantId ?? null,
      template: mail.template,
      locale: mail.locale,
      recipient_sealed: sealing.seal('personal', to),
      recipient_index: sealing.emailIndex(to),
      parameters_sealed: sealing.seal('mail', JSON.stringify(mail.parameters)),
      status: 'queued',
      due_at: now,
      created_at: now,
    },
  })
  await Signals.announce(tx, 'mail')
  return id
}
