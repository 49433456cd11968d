import { Module } from '@nestjs/common'
import { StoreModule } from '../store/store.module.ts'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { ProductPurchasable } from './product.purchasable.ts'
import { CategoryTree } from './read/category-tree.ts'
import { ProductDetails } from './read/product-detail.ts'
import { Reader } from './read/reader.ts'
import { Facets } from './search/facets.ts'
import { ProductSearch } from './search/product-search.ts'
import { Suggestions } from './search/suggestions.ts'
import { StoreProductController } from './store-product.controller.ts'

@Module({
  imports: [StoreModule, VerticalModule],
  controllers: [StoreProductController],
  providers: [CategoryTree, Facets, ProductDetails, ProductPurchasable, ProductSearch, Reader, Suggestions],
})
export class CatalogueModule {}
