import { endpoint, I18nText, listEndpoint, managedNoun, staff } from '@cityos/contract'
import { z } from 'zod'

export const ChannelKind = z.enum(['web', 'ios', 'android', 'kiosk', 'pos', 'marketplace_feed', 'whatsapp', 'dooh'])

export const SalesChannel = z.object({
  id: z.string(),
  code: z.string(),
  name: I18nText,
  kind: ChannelKind,
  /** `paused`: no new orders; what was sold goes on. */
  status: z.enum(['active', 'paused']),
  /** `all`: every published product; `linked`: only those linked to it. */
  listing: z.enum(['all', 'linked']),
  /** Products linked, and publishable keys that sell through it. */
  products: z.int(),
  keys: z.int(),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const salesChannels = managedNoun({
  noun: 'channel',
  path: 'channels',
  surface: 'admin',
  subject: 'store',
  vertical: null,
  called: ['a sales channel', 'sales channels'],
  shape: SalesChannel,
  input: z.object({
    code: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
    name: I18nText.refine((name) => Boolean(name.en?.trim() || name.ar?.trim()), { message: 'a name is needed' }),
    kind: ChannelKind,
    status: z.enum(['active', 'paused']).default('active'),
    listing: z.enum(['all', 'linked']).default('all'),
  }),
  filter: z.object({ status: z.enum(['active', 'paused']).optional(), kind: ChannelKind.optional() }),
})
export const { list: listChannels, get: readChannel, create: createChannel, update: changeChannel, remove: removeChannel } = salesChannels

const ById = z.object({ id: z.string().max(64) })

export const listChannelProducts = listEndpoint({
  id: 'admin.channel.products',
  method: 'GET',
  path: '/v1/admin/channels/{id}/products',
  summary: 'Products linked to a sales channel',
  access: staff('read', 'store'),
  params: ById,
  response: z.object({ product_id: z.string(), handle: z.string(), title: I18nText, linked_at: z.iso.datetime() }),
})

export const linkChannelProducts = endpoint({
  id: 'admin.channel.link',
  method: 'POST',
  path: '/v1/admin/channels/{id}/products',
  summary: 'Links products to a sales channel, and takes others from it',
  access: staff('write', 'store'),
  params: ById,
  body: z.object({ link: z.array(z.string().max(64)).max(500).default([]), unlink: z.array(z.string().max(64)).max(500).default([]) }),
  response: SalesChannel,
  errors: ['validation_failed'],
})
