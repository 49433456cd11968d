import { DomainError, type I18nText } from '@cityos/contract'
import { jsonb, type Tx } from '../../../platform/db/index.ts'

/**
 * A public file as a row keeps it beside itself, as JSON text; null for none.
 * @throws DomainError validation_failed when it is no public picture
 */
export async function keptPicture(tx: Tx, fileId: string | null, alt: I18nText): Promise<string | null> {
  if (fileId === null) return null
  const file = await tx
    .selectFrom('file')
    .select(['key', 'width', 'height'])
    .where('id', '=', fileId)
    .where('visibility', '=', 'public')
    .where('status', '=', 'ready')
    .executeTakeFirst()
  if (!file?.width || !file.height) throw new DomainError('validation_failed', { field: 'picture_file_id' })
  return jsonb({ key: file.key, width: file.width, height: file.height, alt })
}
