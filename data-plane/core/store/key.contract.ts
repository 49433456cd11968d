import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

const ById = z.object({ id: z.string() })

/** A publishable key names a foreign front end; it opens nothing a shopper may not do, and only from its declared origins. */
export const PublishableKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters, to recognise it; the whole key is shown once. */
  prefix: z.string(),
  origins: z.array(z.string()),
  store_id: z.string(),
  /** The sales channel it sells through; null: the web shop's. */
  channel_id: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_rotated_at: z.string(),
  created_at: z.string(),
})
export type PublishableKey = z.infer<typeof PublishableKey>

const Origin = z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/)
const KeyOnce = PublishableKey.extend({ key: z.string() })

export const adminListPublishableKeys = listEndpoint({
  id: 'admin.publishable-key.list',
  method: 'GET',
  path: '/v1/admin/publishable-keys',
  summary: 'Publishable keys, newest first',
  access: staff('read', 'store'),
  response: PublishableKey,
})

export const adminCreatePublishableKey = endpoint({
  id: 'admin.publishable-key.create',
  method: 'POST',
  path: '/v1/admin/publishable-keys',
  summary: 'Makes a key for declared origins; the whole key is in this answer only',
  access: staff('write', 'store'),
  body: z.object({
    name: z.string().trim().min(1).max(80),
    origins: z.array(Origin).max(20).default([]),
    store_id: z.string().optional(),
    channel_id: z.string().max(64).nullable().optional(),
  }),
  response: KeyOnce,
  status: 201,
})

export const adminUpdatePublishableKey = endpoint({
  id: 'admin.publishable-key.update',
  method: 'PATCH',
  path: '/v1/admin/publishable-keys/{id}',
  summary: 'Changes name and declared origins',
  access: staff('write', 'store'),
  params: ById,
  body: z
    .object({ name: z.string().trim().min(1).max(80), origins: z.array(Origin).max(20), channel_id: z.string().max(64).nullable() })
    .partial(),
  response: PublishableKey,
})

export const adminRotatePublishableKey = endpoint({
  id: 'admin.publishable-key.rotate',
  method: 'POST',
  path: '/v1/admin/publishable-keys/{id}/rotate',
  summary: 'Replaces the secret part; the old one stops working at once',
  access: staff('write', 'store'),
  params: ById,
  response: KeyOnce,
  errors: ['invalid_transition'],
})

export const adminRevokePublishableKey = endpoint({
  id: 'admin.publishable-key.revoke',
  method: 'POST',
  path: '/v1/admin/publishable-keys/{id}/revoke',
  summary: 'Ends a key',
  access: staff('write', 'store'),
  params: ById,
  response: PublishableKey,
  errors: ['invalid_transition'],
})
