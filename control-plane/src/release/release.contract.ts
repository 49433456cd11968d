import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const Release = z.object({
  version: z.string(),
  /** Name of the last migration of its data-plane schema. */
  schema: z.string(),
  status: z.enum(['available', 'yanked']),
  /** New tenants get this one. */
  current: z.boolean(),
  tenants: z.int(),
  created_at: z.iso.datetime(),
})
export type Release = z.infer<typeof Release>

export const listReleases = listEndpoint({
  id: 'release.list',
  method: 'GET',
  path: '/api/v1/releases',
  summary: 'Releases known to this platform, newest first',
  access: staff('read', 'release'),
  response: Release,
})

export const readRelease = endpoint({
  id: 'release.read',
  method: 'GET',
  path: '/api/v1/releases/{version}',
  summary: 'One release',
  access: staff('read', 'release'),
  params: z.object({ version: z.string() }),
  response: Release,
})
