import { Module } from '@nestjs/common'
import { ChannelModule } from '../channel/channel.module.ts'
import { GovernanceModule } from '../governance/governance.module.ts'
import { InventoryModule } from '../inventory/inventory.module.ts'
import { StoreModule } from '../store/store.module.ts'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { AdminProductController } from './manage/admin-product.controller.ts'
import { CategoryController } from './manage/category.controller.ts'
import { CategoryWriter } from './manage/category-writer.ts'
import { ManagedProducts } from './manage/managed-read.ts'
import { MediaWriter } from './manage/media-writer.ts'
import { ProductVerbs } from './manage/product-verbs.ts'
import { ProductWriter } from './manage/product-writer.ts'
import { VariantRows } from './manage/variant-rows.ts'
import { VariantWriter } from './manage/variant-writer.ts'
import { VendorProductController } from './manage/vendor-product.controller.ts'
import { ProductPurchasable } from './product.purchasable.ts'
import { CategoryTree } from './read/category-tree.ts'
import { ProductDetails } from './read/product-detail.ts'
import { Reader } from './read/reader.ts'
import { Facets } from './search/facets.ts'
import { ProductSearch } from './search/product-search.ts'
import { Suggestions } from './search/suggestions.ts'
import { StoreProductController } from './store-product.controller.ts'

@Module({
  imports: [ChannelModule, GovernanceModule, InventoryModule, StoreModule, VerticalModule],
  controllers: [StoreProductController, AdminProductController, VendorProductController, CategoryController],
  providers: [
    CategoryTree,
    CategoryWriter,
    Facets,
    ManagedProducts,
    MediaWriter,
    ProductDetails,
    ProductPurchasable,
    ProductSearch,
    ProductVerbs,
    ProductWriter,
    Reader,
    Suggestions,
    VariantRows,
    VariantWriter,
  ],
})
export class CatalogueModule {}
