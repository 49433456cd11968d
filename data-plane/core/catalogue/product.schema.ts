import { I18nText, Money } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../vertical/contract.ts'

export const ProductKind = z.enum(['physical', 'digital', 'service', 'bundle', 'gift_card'])
export type ProductKind = z.infer<typeof ProductKind>

export const ProductStatus = z.enum(['draft', 'pending_review', 'rejected', 'published', 'unpublished', 'archived'])
export type ProductStatus = z.infer<typeof ProductStatus>

/** What a shopper is told about stock; the exact number only when few are left. */
export const Availability = z.enum(['in_stock', 'low', 'out'])
export type Availability = z.infer<typeof Availability>

/** Lower-case words joined by hyphens: part of an address. */
export const Handle = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
  .min(2)
  .max(96)

export const VendorLink = z.object({ id: z.string(), handle: z.string(), name: z.string() })
export type VendorLink = z.infer<typeof VendorLink>

export const CategoryLink = z.object({ id: z.string(), handle: z.string(), name: z.string() })
export type CategoryLink = z.infer<typeof CategoryLink>

/** A variant as a shopper sees it. `price` includes tax; null where it is not sold in the asked currency. */
export const StoreVariant = z.object({
  id: z.string(),
  sku: z.string(),
  /** Option values in words, e.g. `Black / 54`; empty for a product without options. */
  title: z.string(),
  /** Option code → value code, e.g. `{ size: '54' }`. */
  options: z.record(z.string(), z.string()),
  price: Money.nullable(),
  /** The lowest price of the 30 days before the present one; only when that was higher. */
  struck_price: Money.nullable(),
  availability: Availability,
  /** Units left when `availability` is `low`; otherwise null. */
  left: z.int().nullable(),
  minimum_quantity: z.int(),
  maximum_quantity: z.int(),
  quantity_step: z.int(),
})
export type StoreVariant = z.infer<typeof StoreVariant>

/** A product in a list: everything a card and a quick "add to cart" need. */
export const ProductCard = z.object({
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  kind: ProductKind,
  brand: z.string().nullable(),
  vendor: VendorLink,
  category: CategoryLink.nullable(),
  picture: Picture.nullable(),
  /** Lowest and highest price of its variants; null where it is not sold in the asked currency. */
  price_from: Money.nullable(),
  price_to: Money.nullable(),
  /** Of the variant with the lowest price. */
  struck_price: Money.nullable(),
  availability: Availability,
  variants: z.array(StoreVariant),
  published_at: z.string(),
})
export type ProductCard = z.infer<typeof ProductCard>

export const StoreOption = z.object({
  code: z.string(),
  name: z.string(),
  values: z.array(z.object({ code: z.string(), name: z.string(), swatch: z.string().nullable() })),
})
export type StoreOption = z.infer<typeof StoreOption>

export const AttributeView = z.object({ code: z.string(), name: z.string(), value: z.string() })

export const ProductDetail = ProductCard.extend({
  description: z.string(),
  pictures: z.array(Picture.extend({ variant_ids: z.array(z.string()) })),
  options: z.array(StoreOption),
  attributes: z.array(AttributeView),
  /** From the top category down to the product's own. */
  breadcrumb: z.array(CategoryLink),
  origin_country: z.string().nullable(),
  weight_g: z.int().nullable(),
  tax_class: z.string(),
  withdrawal_exempt_reason: z.string().nullable(),
  seo: z.object({ title: z.string(), description: z.string() }),
  /** Up to eight products of the same category, other vendors' too; filled when asked for (`related=true`). */
  related: z.array(z.lazy(() => ProductCard)),
  /** Set when the asked handle is an old one: the address to go to with 301. */
  redirect_to: z.string().nullable(),
})
export type ProductDetail = z.infer<typeof ProductDetail>

export const OptionInput = z.object({
  code: Handle.or(z.string().regex(/^[a-z]$/)),
  name: I18nText,
  values: z
    .array(
      z.object({
        code: z
          .string()
          .regex(/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/)
          .max(40),
        name: I18nText,
        swatch: z
          .string()
          .regex(/^#[0-9a-f]{6}$/)
          .nullable()
          .default(null),
      }),
    )
    .min(1)
    .max(60),
})
export type OptionInput = z.infer<typeof OptionInput>

/** 8, 12, 13 or 14 digits; the check digit is verified by the service (`422 validation_failed`). */
export const Gtin = z.string().regex(/^(?:\d{8}|\d{12,14})$/)

export const VariantInput = z.object({
  sku: z.string().trim().min(1).max(64),
  gtin: Gtin.nullable().default(null),
  /** Option code → value code; one value of every option of the product. */
  options: z.record(z.string(), z.string()).default({}),
  track_inventory: z.boolean().default(true),
  minimum_quantity: z.int().min(1).default(1),
  maximum_quantity: z.int().min(1).max(10_000).default(99),
  quantity_step: z.int().min(1).default(1),
  weight_g: z.int().min(0).nullable().default(null),
  prices: z
    .array(Money.extend({ amount: z.int().min(0) }))
    .max(20)
    .default([]),
  /** First stock at the default location; counted as a `receive` movement. */
  on_hand: z.int().min(0).default(0),
  /** Another variant of the same vendor whose stock this one is sold from too; it brings none of its own then. */
  shares_stock_of: z.string().max(40).nullable().default(null),
})
export type VariantInput = z.infer<typeof VariantInput>

export const VariantPatch = z
  .object({
    sku: z.string().trim().min(1).max(64),
    gtin: Gtin.nullable(),
    options: z.record(z.string(), z.string()),
    track_inventory: z.boolean(),
    minimum_quantity: z.int().min(1),
    maximum_quantity: z.int().min(1).max(10_000),
    quantity_step: z.int().min(1),
    weight_g: z.int().min(0).nullable(),
  })
  .partial()
export type VariantPatch = z.infer<typeof VariantPatch>

const productFields = {
  handle: Handle,
  title: I18nText,
  description: I18nText,
  kind: ProductKind,
  category_id: z.string().nullable(),
  brand: z.string().trim().max(80).nullable(),
  tax_class: z.string().max(40),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  weight_g: z.int().min(0).nullable(),
  origin_country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable(),
  seo: z.object({ title: I18nText.optional(), description: I18nText.optional() }),
  withdrawal_exempt_reason: z.enum(['perishable', 'custom_made', 'opened_digital', 'dated_service', 'hygiene']).nullable(),
}

export const ProductInput = z.object({
  handle: productFields.handle.optional(),
  title: productFields.title,
  description: productFields.description.default({}),
  kind: productFields.kind.default('physical'),
  category_id: productFields.category_id.default(null),
  brand: productFields.brand.default(null),
  tax_class: productFields.tax_class.default('standard'),
  attributes: productFields.attributes.default({}),
  weight_g: productFields.weight_g.default(null),
  origin_country: productFields.origin_country.default(null),
  seo: productFields.seo.default({}),
  withdrawal_exempt_reason: productFields.withdrawal_exempt_reason.default(null),
  options: z.array(OptionInput).max(5).default([]),
  variants: z.array(VariantInput).max(100).default([]),
})
export type ProductInput = z.infer<typeof ProductInput>

/** `version` is the one that was read: another writer in between answers `409 stale_version`. */
export const ProductPatch = z.object(productFields).partial().extend({ version: z.int().optional() })
export type ProductPatch = z.infer<typeof ProductPatch>

export const ManagedVariant = z.object({
  id: z.string(),
  product_id: z.string(),
  sku: z.string(),
  gtin: z.string().nullable(),
  title: z.string(),
  options: z.record(z.string(), z.string()),
  track_inventory: z.boolean(),
  minimum_quantity: z.int(),
  maximum_quantity: z.int(),
  quantity_step: z.int(),
  weight_g: z.int().nullable(),
  position: z.int(),
  archived: z.boolean(),
  prices: z.array(Money.extend({ struck_amount: z.int().nullable() })),
  inventory_item_id: z.string(),
  on_hand: z.int(),
  reserved: z.int(),
  available: z.int(),
})
export type ManagedVariant = z.infer<typeof ManagedVariant>

export const ManagedMedia = z.object({
  id: z.string(),
  file_id: z.string(),
  url: z.string(),
  width: z.int(),
  height: z.int(),
  alt: I18nText,
  position: z.int(),
  variant_ids: z.array(z.string()),
})
export type ManagedMedia = z.infer<typeof ManagedMedia>

export const ProductAction = z.enum(['submit', 'approve', 'reject', 'publish', 'unpublish', 'archive', 'revise'])
export type ProductAction = z.infer<typeof ProductAction>

/** A row of the vendor's and the admin's product table. */
export const ProductRow = z.object({
  id: z.string(),
  handle: z.string(),
  title: I18nText,
  status: ProductStatus,
  kind: ProductKind,
  vendor: VendorLink,
  category: CategoryLink.nullable(),
  brand: z.string().nullable(),
  picture: Picture.nullable(),
  price_from: Money.nullable(),
  variant_count: z.int(),
  on_hand: z.int(),
  available: z.int(),
  /** Transitions the caller may do now; each is `POST …/{id}/<action>`. */
  actions: z.array(ProductAction),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  published_at: z.string().nullable(),
})
export type ProductRow = z.infer<typeof ProductRow>

export const ManagedProduct = ProductRow.extend({
  description: I18nText,
  tax_class: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  weight_g: z.int().nullable(),
  origin_country: z.string().nullable(),
  seo: z.object({ title: I18nText.optional(), description: I18nText.optional() }),
  withdrawal_exempt_reason: z.string().nullable(),
  rejection_reasons: z.array(z.string()),
  options: z.array(OptionInput),
  variants: z.array(ManagedVariant),
  media: z.array(ManagedMedia),
  /** What publishing still needs; empty when it may be published. */
  missing: z.array(z.string()),
})
export type ManagedProduct = z.infer<typeof ManagedProduct>
