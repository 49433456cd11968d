import { DomainError, type I18nText, type Locale, pickText } from '@cityos/contract'
import type { Tx } from '../../platform/db/index.ts'

/** A picture as a row keeps it beside itself, so that lists read no other table. */
export interface KeptPicture {
  key: string
  width: number
  height: number
  alt: I18nText
}

/**
 * An uploaded picture that everybody may see, for a row to keep.
 * @param fileId null: no picture
 * @param mayUse by the file's owner: a vendor's id, or the house
 * @throws DomainError validation_failed `picture_file_id` when there is no such picture, or not for this row
 */
export async function publicPicture(
  tx: Tx,
  fileId: string | null,
  alt: I18nText,
  mayUse: (owner: string) => boolean = () => true,
): Promise<KeptPicture | null> {
  if (!fileId) return null
  const file = await tx
    .selectFrom('file')
    .select(['key', 'width', 'height', 'owner'])
    .where('id', '=', fileId)
    .where('visibility', '=', 'public')
    .where('status', '=', 'ready')
    .executeTakeFirst()
  if (!file?.width || !file.height || !mayUse(file.owner)) throw new DomainError('validation_failed', { field: 'picture_file_id' })
  return { key: file.key, width: file.width, height: file.height, alt }
}

/** A vendor's own pictures, and those of the house. */
export const ofVendorOrHouse =
  (vendorId: string) =>
  (owner: string): boolean =>
    !owner.startsWith('ven_') || owner === vendorId

/** Address of a public file, relative to the host. */
export const fileUrl = (key: string): string => `/v1/files/${key}`

export function pictureView(picture: KeptPicture, locale: Locale, fallback: Locale) {
  return { url: fileUrl(picture.key), width: picture.width, height: picture.height, alt: pickText(picture.alt, locale, fallback) }
}
