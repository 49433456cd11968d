import { anyone, endpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

export const FileMime = z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/svg+xml', 'application/pdf'])
export type FileMime = z.infer<typeof FileMime>

export const StoredFile = z.object({
  id: z.string(),
  /** Path below the host, immutable for public files: `/v1/files/<key>`. */
  url: z.string(),
  mime: FileMime,
  bytes: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  status: z.enum(['reserved', 'ready', 'quarantined', 'deleted']),
  created_at: z.string(),
})
export type StoredFile = z.infer<typeof StoredFile>

export const UploadSession = z.object({
  token: z.string(),
  /** PUT the bytes here, with the file's own content type. */
  upload_url: z.string(),
  max_bytes: z.int(),
  expires_at: z.string(),
})
export type UploadSession = z.infer<typeof UploadSession>

const UploadRequest = z.object({
  mime: FileMime,
  bytes: z.int().min(1),
  /** Kept for people; never part of the address, which the server makes. */
  name: z.string().max(200).optional(),
  visibility: z.enum(['public', 'private']).default('public'),
})

const uploadSession = (surface: 'admin' | 'vendor') =>
  endpoint({
    id: `${surface}.file.create-session`,
    method: 'POST',
    path: `/v1/${surface}/files/sessions`,
    summary: 'Opens an upload for 15 minutes',
    access: surface === 'admin' ? staff('write', 'file') : vendor('write', 'file'),
    body: UploadRequest,
    response: UploadSession,
    status: 201,
    errors: ['file_too_large', 'quota_exceeded'],
  })
export const adminCreateUploadSession = uploadSession('admin')
export const vendorCreateUploadSession = uploadSession('vendor')

/** The token is the right to upload once; the type is read from the content, whatever the header says. */
export const uploadFile = endpoint({
  id: 'file.upload',
  method: 'PUT',
  path: '/v1/files/sessions/{token}',
  summary: 'Uploads the bytes of a session (raw body)',
  access: anyone,
  params: z.object({ token: z.string().max(100) }),
  response: StoredFile,
  status: 201,
  errors: ['asset_rejected', 'file_too_large', 'token_expired', 'quota_exceeded'],
})

/** Answers the bytes themselves, not the envelope: served by a plain route, declared here for the document. */
export const downloadFile = endpoint({
  id: 'file.get',
  method: 'GET',
  path: '/v1/files/{key}',
  summary: 'A file: public ones for anybody and immutable, private ones with a signed address of 10 minutes',
  access: anyone,
  params: z.object({ key: z.string().max(120) }),
  query: z.object({ expires: z.coerce.number().int().optional(), signature: z.string().max(100).optional() }),
  response: z.unknown(),
  errors: ['token_expired'],
})
