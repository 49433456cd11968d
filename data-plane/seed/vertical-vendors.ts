import { indexVendors } from '../core/catalogue/search/index-writer.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Pii } from '../platform/pii/pii.ts'
import { i18n, type Text } from './data/text.ts'
import { ownerEmail } from './people-rows.ts'
import type { DrawnPicture } from './picture-rows.ts'
import { insertMissing, seedId } from './rows.ts'

/** A vendor that a vertical brings along. */
export interface VerticalVendor {
  handle: string
  name: Text
  tagline: Text
  text: Text
  legalName: string
  kind?: 'individual' | 'company'
  crNo: string | null
  vatNo: string | null
  /** Name of the person who signs in for it. */
  owner: string
}

export interface VendorsToSeed {
  vertical: string
  vendors: readonly VerticalVendor[]
  pictureOf: (handle: string) => DrawnPicture
  /** Hash of the password all demo accounts share. */
  passwordHash: string
  /** Since when they have been here. */
  since: Date
  now: Date
}

/**
 * Vendors of a vertical with an owner each, found in the shop's search at once.
 * @returns how many rows were new
 */
export async function seedVerticalVendors(
  tx: Tx,
  pii: Pii,
  { vertical, vendors, pictureOf, passwordHash, since, now }: VendorsToSeed,
): Promise<number> {
  const stamp = { version: 0, created_at: since, updated_at: since }
  const rows = vendors.map((vendor) => {
    const { fileId, key, width, height, alt } = pictureOf(vendor.handle)
    return {
      id: seedId('ven', vendor.handle),
      handle: vendor.handle,
      name: i18n(vendor.name),
      tagline: i18n(vendor.tagline),
      description: i18n(vendor.text),
      legal_name: vendor.legalName,
      kind: vendor.kind ?? 'company',
      tier: 'pro',
      status: 'active',
      cr_no: vendor.crNo,
      vat_no: vendor.vatNo,
      city: 'Riyadh',
      verticals: [vertical],
      picture_file_id: fileId,
      picture: { key, width, height, alt },
      rating_count: 0,
      strikes: 0,
      payout_hold: false,
      ...stamp,
    }
  })
  const added = await insertMissing(tx, 'vendor', rows)
  if (added > 0) {
    await indexVendors(
      tx,
      rows.map((row) => row.id),
      now,
    )
  }
  const owners = vendors.map(({ handle, owner }) => ({
    id: seedId('vus', handle),
    vendor_id: seedId('ven', handle),
    email_index: pii.index('email', ownerEmail(handle)),
    email: pii.encrypt(ownerEmail(handle)),
    name: pii.encrypt(owner),
    role: 'owner',
    password_hash: passwordHash,
    status: 'active',
    ...stamp,
  }))
  return added + (await insertMissing(tx, 'vendor_user', owners))
}
