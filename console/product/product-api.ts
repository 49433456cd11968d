import * as contract from '@cityos/data-plane/contract'

/** The product operations a surface offers; vendor and admin have the same verbs (docs/spec/commerce.md, catalogue). */
export const adminProducts = {
  list: contract.adminListProducts,
  create: contract.adminCreateProduct,
  get: contract.adminGetProduct,
  update: contract.adminUpdateProduct,
  setOptions: contract.adminSetProductOptions,
  addVariant: contract.adminAddVariant,
  updateVariant: contract.adminUpdateVariant,
  archiveVariant: contract.adminArchiveVariant,
  setPrices: contract.adminSetVariantPrices,
  addMedia: contract.adminAddProductMedia,
  updateMedia: contract.adminUpdateProductMedia,
  removeMedia: contract.adminRemoveProductMedia,
  openUpload: contract.adminCreateUploadSession,
  categories: contract.adminListCategories as typeof contract.adminListCategories | typeof contract.vendorListCategories,
  /** Only staff create for any vendor; a vendor's own id comes from the session. */
  vendors: contract.adminListVendors as typeof contract.adminListVendors | null,
  actions: {
    submit: contract.adminSubmitProduct,
    approve: contract.adminApproveProduct,
    reject: contract.adminRejectProduct,
    publish: contract.adminPublishProduct,
    unpublish: contract.adminUnpublishProduct,
    archive: contract.adminArchiveProduct,
    revise: contract.adminReviseProduct,
  } as Record<string, typeof contract.adminSubmitProduct | typeof contract.adminRejectProduct>,
}

export type ProductApi = typeof adminProducts

export const vendorProducts: ProductApi = {
  list: contract.vendorListProducts,
  create: contract.vendorCreateProduct,
  get: contract.vendorGetProduct,
  update: contract.vendorUpdateProduct,
  setOptions: contract.vendorSetProductOptions,
  addVariant: contract.vendorAddVariant,
  updateVariant: contract.vendorUpdateVariant,
  archiveVariant: contract.vendorArchiveVariant,
  setPrices: contract.vendorSetVariantPrices,
  addMedia: contract.vendorAddProductMedia,
  updateMedia: contract.vendorUpdateProductMedia,
  removeMedia: contract.vendorRemoveProductMedia,
  openUpload: contract.vendorCreateUploadSession,
  categories: contract.vendorListCategories,
  vendors: null,
  actions: {
    submit: contract.vendorSubmitProduct,
    publish: contract.vendorPublishProduct,
    unpublish: contract.vendorUnpublishProduct,
    archive: contract.vendorArchiveProduct,
    revise: contract.vendorReviseProduct,
  },
}
