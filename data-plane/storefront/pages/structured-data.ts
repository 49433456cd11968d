import { currencyExponent, type Money } from '@cityos/contract'
import type { ProductCard, ProductDetail } from '../../core/catalogue/contract.ts'
import type { Crumb } from '../components/layout.tsx'
import type { Visit } from '../visit.ts'

/** schema.org BreadcrumbList */
export function breadcrumbData(visit: Visit, crumbs: readonly Crumb[]): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: crumbs.map((crumb, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name: crumb.label,
      ...(crumb.href ? { item: visit.origin + crumb.href } : {}),
    })),
  }
}

/** schema.org ItemList of a product list. */
export function listData(visit: Visit, products: readonly ProductCard[]): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'ItemList',
    itemListElement: products.map((product, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      url: visit.origin + visit.href(`/products/${product.handle}`),
    })),
  }
}

/** schema.org Product with one offer per variant. */
export function productData(visit: Visit, product: ProductDetail): object {
  const url = visit.origin + visit.href(`/products/${product.handle}`)
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.title,
    description: product.description,
    url,
    image: product.pictures.map((picture) => visit.origin + picture.url),
    ...(product.brand ? { brand: { '@type': 'Brand', name: product.brand } } : {}),
    offers: product.variants.flatMap((variant) =>
      variant.price
        ? [
            {
              '@type': 'Offer',
              url: `${url}?variant=${variant.id}`,
              sku: variant.sku,
              price: decimal(variant.price),
              priceCurrency: variant.price.currency,
              availability: variant.availability === 'out' ? 'https://schema.org/OutOfStock' : 'https://schema.org/InStock',
              seller: { '@type': 'Organization', name: product.vendor.name },
            },
          ]
        : [],
    ),
  }
}

/** `4995` SAR → `49.95`; machines read a point in every language. */
export function decimal(money: Money): string {
  const exponent = currencyExponent(money.currency)
  return (money.amount / 10 ** exponent).toFixed(exponent)
}
