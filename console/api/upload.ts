import { type AnyEndpoint, ApiError, type Client, type Envelope } from '@cityos/contract'
import type { FileMime, StoredFile, UploadSession } from '@cityos/data-plane/contract'
import { toConsoleError } from './failure.ts'

/** Types a browser names that the file service takes (docs/spec/commerce.md, file). */
export const pictureTypes: readonly FileMime[] = ['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/svg+xml']

/**
 * Uploads one file: a session first, then the bytes to its address.
 * @param openSession `adminCreateUploadSession` or `vendorCreateUploadSession`
 * @throws ConsoleError `asset_rejected`, `file_too_large`, `quota_exceeded`
 */
export async function uploadFile(client: Client, openSession: AnyEndpoint, file: File, send: typeof fetch = fetch): Promise<StoredFile> {
  const session = (await client(openSession, { body: { mime: file.type, bytes: file.size, name: file.name } })) as UploadSession
  const response = await send(session.upload_url, {
    method: 'PUT',
    body: file,
    headers: { 'content-type': file.type },
    credentials: 'same-origin',
  }).catch((thrown: unknown) => {
    throw toConsoleError(thrown)
  })
  const envelope = (await response.json().catch(() => null)) as Envelope<StoredFile> | null
  if (!response.ok || !envelope || envelope.data === null)
    throw toConsoleError(
      new ApiError(
        response.status,
        envelope?.errors.length ? envelope.errors : [{ code: 'asset_rejected', message: '' }],
        envelope?.meta.request_id,
      ),
    )
  return envelope.data
}
