import { endpoint, I18nText, listEndpoint, Money, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import {
  ManagedMedia,
  ManagedProduct,
  ManagedVariant,
  OptionInput,
  ProductInput,
  ProductPatch,
  ProductRow,
  ProductStatus,
  VariantInput,
  VariantPatch,
} from './product.schema.ts'

const ById = z.object({ id: z.string() })
const ByMedia = z.object({ id: z.string(), media_id: z.string() })
const Reason = z.object({ reason: z.string().trim().min(3).max(500) })

/**
 * The product operations of one surface: a vendor works on own products, staff on everybody's.
 * Both have the same verbs, so both consoles share their screens.
 */
function productEndpoints<S extends 'admin' | 'vendor'>(surface: S) {
  const may = (action: string) => (surface === 'admin' ? staff(action, 'product') : vendor(action, 'product'))
  const path = `/v1/${surface}/products`
  const verb = (name: string, summary: string, action: string) =>
    endpoint({
      id: `${surface}.product.${name}`,
      method: 'POST',
      path: `${path}/{id}/${name}`,
      summary,
      access: may(action),
      params: ById,
      response: ManagedProduct,
      errors: ['invalid_transition', 'publish_requirements_missing'],
    })
  return {
    list: listEndpoint({
      id: `${surface}.product.list`,
      method: 'GET',
      path,
      summary: 'Lists products, newest first; q searches titles, handles and SKUs',
      access: may('read'),
      query: z.object({
        status: ProductStatus.optional(),
        category_id: z.string().optional(),
        vendor_id: z.string().optional(),
        stock: z.enum(['in', 'low', 'out']).optional(),
      }),
      response: ProductRow,
    }),
    create: endpoint({
      id: `${surface}.product.create`,
      method: 'POST',
      path,
      summary: 'Creates a draft with its options, variants and prices',
      access: may('write'),
      // A vendor's own id comes from the session; a `vendor_id` in a vendor's body is ignored.
      body: ProductInput.extend({ vendor_id: z.string().optional() }),
      response: ManagedProduct,
      status: 201,
      errors: ['already_exists', 'validation_failed', 'quota_exceeded'],
    }),
    get: endpoint({
      id: `${surface}.product.get`,
      method: 'GET',
      path: `${path}/{id}`,
      summary: 'One product with variants, prices, stock and media',
      access: may('read'),
      params: ById,
      response: ManagedProduct,
    }),
    update: endpoint({
      id: `${surface}.product.update`,
      method: 'PATCH',
      path: `${path}/{id}`,
      summary: 'Changes texts and facts; a changed handle leaves a redirect',
      access: may('write'),
      params: ById,
      body: ProductPatch,
      response: ManagedProduct,
      errors: ['already_exists', 'stale_version', 'validation_failed', 'publish_requirements_missing'],
    }),
    publish: verb('publish', 'Publishes a product that has all it needs (reviewed ones; vendors whose tier allows it)', 'write'),
    unpublish: verb('unpublish', 'Takes a product off the shop', 'write'),
    archive: verb('archive', 'Archives a product; orders keep their lines', 'write'),
    submit: verb('submit', 'Hands a draft in for review', 'write'),
    revise: verb('revise', 'Takes a rejected product back to draft', 'write'),
    setOptions: endpoint({
      id: `${surface}.product.set-options`,
      method: 'PUT',
      path: `${path}/{id}/options`,
      summary: 'Replaces options and values; values that live variants use must stay',
      access: may('write'),
      params: ById,
      body: z.object({ options: z.array(OptionInput).max(5) }),
      response: ManagedProduct,
      errors: ['validation_failed'],
    }),
    addVariant: endpoint({
      id: `${surface}.variant.create`,
      method: 'POST',
      path: `${path}/{id}/variants`,
      summary: 'Adds a variant; the combination of options is unique',
      access: may('write'),
      params: ById,
      body: VariantInput,
      response: ManagedVariant,
      status: 201,
      errors: ['already_exists', 'validation_failed'],
    }),
    updateVariant: endpoint({
      id: `${surface}.variant.update`,
      method: 'PATCH',
      path: `/v1/${surface}/variants/{id}`,
      summary: 'Changes a variant',
      access: may('write'),
      params: ById,
      body: VariantPatch,
      response: ManagedVariant,
      errors: ['already_exists', 'validation_failed'],
    }),
    archiveVariant: endpoint({
      id: `${surface}.variant.archive`,
      method: 'POST',
      path: `/v1/${surface}/variants/{id}/archive`,
      summary: 'Takes a variant out of sale for good',
      access: may('write'),
      params: ById,
      response: ManagedVariant,
      errors: ['invalid_transition'],
    }),
    setPrices: endpoint({
      id: `${surface}.variant.set-prices`,
      method: 'PUT',
      path: `/v1/${surface}/variants/{id}/prices`,
      summary: 'Sets the price in each given currency; currencies left out keep theirs, amount null ends the sale in that currency',
      access: may('write'),
      params: ById,
      body: z.object({
        prices: z
          .array(z.object({ amount: z.int().min(0).nullable(), currency: z.string().regex(/^[A-Z]{3}$/) }))
          .min(1)
          .max(20),
      }),
      response: ManagedVariant,
      errors: ['currency_not_supported', 'publish_requirements_missing'],
    }),
    priceHistory: listEndpoint({
      id: `${surface}.variant.price-history`,
      method: 'GET',
      path: `/v1/${surface}/variants/{id}/prices/history`,
      summary: 'Every price a variant has had, newest first',
      access: may('read'),
      params: ById,
      response: z.object({ id: z.string(), price: Money, since: z.string(), until: z.string().nullable(), changed_by: z.string() }),
    }),
    addMedia: endpoint({
      id: `${surface}.product-media.create`,
      method: 'POST',
      path: `${path}/{id}/media`,
      summary: 'Shows an uploaded picture on a product',
      access: may('write'),
      params: ById,
      body: z.object({ file_id: z.string(), alt: I18nText, variant_ids: z.array(z.string()).max(100).default([]) }),
      response: ManagedMedia,
      status: 201,
      errors: ['validation_failed'],
    }),
    updateMedia: endpoint({
      id: `${surface}.product-media.update`,
      method: 'PATCH',
      path: `${path}/{id}/media/{media_id}`,
      summary: 'Changes alt text, position or variants of a picture',
      access: may('write'),
      params: ByMedia,
      body: z.object({ alt: I18nText, position: z.int().min(0).max(100), variant_ids: z.array(z.string()).max(100) }).partial(),
      response: ManagedMedia,
    }),
    removeMedia: endpoint({
      id: `${surface}.product-media.remove`,
      method: 'DELETE',
      path: `${path}/{id}/media/{media_id}`,
      summary: 'Takes a picture off a product; a published one keeps at least one',
      access: may('write'),
      params: ByMedia,
      response: z.object({ id: z.string() }),
      errors: ['publish_requirements_missing'],
    }),
  }
}

export const {
  list: adminListProducts,
  create: adminCreateProduct,
  get: adminGetProduct,
  update: adminUpdateProduct,
  publish: adminPublishProduct,
  unpublish: adminUnpublishProduct,
  archive: adminArchiveProduct,
  submit: adminSubmitProduct,
  revise: adminReviseProduct,
  setOptions: adminSetProductOptions,
  addVariant: adminAddVariant,
  updateVariant: adminUpdateVariant,
  archiveVariant: adminArchiveVariant,
  setPrices: adminSetVariantPrices,
  priceHistory: adminListVariantPriceHistory,
  addMedia: adminAddProductMedia,
  updateMedia: adminUpdateProductMedia,
  removeMedia: adminRemoveProductMedia,
} = productEndpoints('admin')

export const {
  list: vendorListProducts,
  create: vendorCreateProduct,
  get: vendorGetProduct,
  update: vendorUpdateProduct,
  publish: vendorPublishProduct,
  unpublish: vendorUnpublishProduct,
  archive: vendorArchiveProduct,
  submit: vendorSubmitProduct,
  revise: vendorReviseProduct,
  setOptions: vendorSetProductOptions,
  addVariant: vendorAddVariant,
  updateVariant: vendorUpdateVariant,
  archiveVariant: vendorArchiveVariant,
  setPrices: vendorSetVariantPrices,
  priceHistory: vendorListVariantPriceHistory,
  addMedia: vendorAddProductMedia,
  updateMedia: vendorUpdateProductMedia,
  removeMedia: vendorRemoveProductMedia,
} = productEndpoints('vendor')

export const adminApproveProduct = endpoint({
  id: 'admin.product.approve',
  method: 'POST',
  path: '/v1/admin/products/{id}/approve',
  summary: 'Approves a product in review and publishes it',
  access: staff('approve', 'product'),
  params: ById,
  response: ManagedProduct,
  errors: ['invalid_transition', 'publish_requirements_missing'],
})

export const adminRejectProduct = endpoint({
  id: 'admin.product.reject',
  method: 'POST',
  path: '/v1/admin/products/{id}/reject',
  summary: 'Sends a product back to its vendor with reasons',
  access: staff('approve', 'product'),
  params: ById,
  body: Reason,
  response: ManagedProduct,
  errors: ['invalid_transition'],
})
