import { endpoint, Locale, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const tenantMailStatuses = ['queued', 'sent', 'dead', 'skipped'] as const

export const TenantMail = z.object({
  id: z.string(),
  /** Kind of message: `order_placed`, `code_sign_up`, … */
  kind: z.string(),
  locale: Locale.nullable(),
  /** Null until it was written. */
  to: z.string().nullable(),
  /** Null when the words are gone: the message left by SMTP. */
  subject: z.string().nullable(),
  status: z.enum(tenantMailStatuses),
  attempts: z.int(),
  /** When it is tried (again); null once it has left or is given up. */
  due_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  sent_at: z.iso.datetime().nullable(),
  actions: z.array(z.enum(['requeue'])),
})
export type TenantMail = z.infer<typeof TenantMail>

const ById = z.object({ id: z.string().regex(/^[\w-]{1,120}$/) })

export const listTenantMail = listEndpoint({
  id: 'admin.mail.list',
  method: 'GET',
  path: '/v1/admin/mail',
  summary: 'Messages to customers and vendors on their way out and those that have left, newest first',
  access: staff('read', 'mail'),
  query: z.object({
    status: z.enum(tenantMailStatuses).optional(),
    kind: z.string().max(60).optional(),
    /** Whole address of a recipient. */
    to: z.string().max(254).optional(),
  }),
  response: TenantMail,
})

export const readTenantMail = endpoint({
  id: 'admin.mail.read',
  method: 'GET',
  path: '/v1/admin/mail/{id}',
  summary: 'One message; with its words while they are kept here (a folder instead of SMTP). Reading them is recorded.',
  access: staff('open', 'mail'),
  params: ById,
  response: TenantMail.extend({ text: z.string().nullable(), html: z.string().nullable() }),
})

export const requeueTenantMail = endpoint({
  id: 'admin.mail.requeue',
  method: 'POST',
  path: '/v1/admin/mail/{id}/requeue',
  summary: 'Sends a message that was given up again',
  access: staff('requeue', 'mail'),
  params: ById,
  response: TenantMail,
  errors: ['invalid_transition'],
})

export const MailKind = z.object({
  kind: z.string(),
  on: z.boolean(),
  /** Without it people do not get in: it cannot be switched off. */
  needed: z.boolean(),
})

export const listMailKinds = listEndpoint({
  id: 'admin.mail-kind.list',
  method: 'GET',
  path: '/v1/admin/mail-kinds',
  summary: 'Every kind of message this shop can send; `mail.off` of the settings names those it does not',
  access: staff('read', 'mail'),
  response: MailKind,
})
