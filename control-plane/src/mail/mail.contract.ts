import { endpoint, Locale, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const mailStatuses = ['queued', 'sent', 'dead'] as const

export const Mail = z.object({
  id: z.string(),
  tenant_id: z.string().nullable(),
  /** Kind of message: `invitation`, `password-reset`, … */
  template: z.string(),
  locale: Locale,
  to: z.string(),
  /** Null when the words are gone: the message left by SMTP. */
  subject: z.string().nullable(),
  status: z.enum(mailStatuses),
  attempts: z.int(),
  /** When it is tried (again); null once it has left or is dead. */
  due_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  sent_at: z.iso.datetime().nullable(),
  actions: z.array(z.enum(['requeue'])),
})
export type Mail = z.infer<typeof Mail>

export const listMail = listEndpoint({
  id: 'mail.list',
  method: 'GET',
  path: '/api/v1/mail',
  summary: 'Messages on their way out and those that have left, newest first',
  access: staff('read', 'mail'),
  query: z.object({
    status: z.enum(mailStatuses).optional(),
    template: z.string().max(60).optional(),
    tenant_id: z.string().optional(),
    /** Whole address of a recipient. */
    to: z.string().max(254).optional(),
  }),
  response: Mail,
})

export const readMail = endpoint({
  id: 'mail.read',
  method: 'GET',
  path: '/api/v1/mail/{id}',
  summary: 'One message; with its words while this machine keeps them (a mailbox folder instead of SMTP)',
  access: staff('read', 'mail'),
  params: z.object({ id: z.string() }),
  response: Mail.extend({ text: z.string().nullable(), html: z.string().nullable() }),
})

export const requeueMail = endpoint({
  id: 'mail.requeue',
  method: 'POST',
  path: '/api/v1/mail/{id}/requeue',
  summary: 'Try a dead message again',
  access: staff('operate', 'mail'),
  params: z.object({ id: z.string() }),
  response: Mail,
  errors: ['invalid_transition'],
})
