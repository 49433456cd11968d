import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/** What operators are told about. Another part adds its kind here, with its words in `i18n/{en,fr,ar}.json`. */
export const AlertKind = z.enum([
  'backup-missed',
  'backup-failed',
  'backup-unreadable',
  'operation-late',
  'mail-dead',
  'certificate-expiring',
  'rollout-rolled-back',
  'rollout-stuck',
  'cell-unreachable',
  'cell-database',
  'tenant-cluster',
])
export type AlertKind = z.infer<typeof AlertKind>

export const Alert = z.object({
  id: z.string(),
  kind: AlertKind,
  severity: z.enum(['critical', 'warning']),
  status: z.enum(['open', 'acknowledged', 'closed']),
  tenant_id: z.string().nullable(),
  tenant_slug: z.string().nullable(),
  /** What is wrong, and what to do, in plain words and the caller's language. */
  title: z.string(),
  advice: z.string(),
  /** Page of the runbooks. */
  runbook: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  opened_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  acknowledged_at: z.iso.datetime().nullable(),
  acknowledged_by: z.string().nullable(),
  note: z.string().nullable(),
  /** It closes by itself once the cause is gone. */
  closed_at: z.iso.datetime().nullable(),
  actions: z.array(z.enum(['acknowledge'])),
})
export type Alert = z.infer<typeof Alert>

export const listAlerts = listEndpoint({
  id: 'alert.list',
  method: 'GET',
  path: '/api/v1/alerts',
  summary: 'What needs a person, newest first',
  access: staff('read', 'alert'),
  query: z.object({
    status: z.enum(['open', 'acknowledged', 'closed', 'unresolved']).optional(),
    kind: AlertKind.optional(),
    severity: z.enum(['critical', 'warning']).optional(),
    tenant_id: z.string().optional(),
  }),
  response: Alert,
})

export const acknowledgeAlert = endpoint({
  id: 'alert.acknowledge',
  method: 'POST',
  path: '/api/v1/alerts/{id}/acknowledge',
  summary: 'Say that somebody is looking after it; it closes by itself once the cause is gone',
  access: staff('update', 'alert'),
  params: z.object({ id: z.string() }),
  body: z.object({ note: z.string().trim().max(500).optional() }),
  response: Alert,
  errors: ['invalid_transition'],
})
