import { getProduct, type ProductDetail, type StoreVariant } from '../../core/catalogue/contract.ts'
import { Icon } from '../components/icon.tsx'
import { Island } from '../components/island.tsx'
import { Breadcrumb, type Crumb, ProblemNotice } from '../components/layout.tsx'
import { Picture } from '../components/picture.tsx'
import { ProductRail } from '../components/product-tile.tsx'
import { isMessageKey } from '../i18n/messages.ts'
import { PurchaseBox, type PurchaseBoxProps, type PurchaseVariant } from '../islands/purchase-box.tsx'
import { firstVariant, variantOf } from '../variant-choice.ts'
import { type Answer, movedTo, type PageAnswer, page, type Visit } from '../visit.ts'
import { breadcrumbData, productData } from './structured-data.ts'

/** One product: pictures, the box to buy it, facts, and what goes with it. */
export async function product(visit: Visit): Promise<Answer> {
  const detail = await visit.call(getProduct, { params: { handle: visit.param('handle') }, query: { related: 'true' } })
  if (detail.redirect_to) return movedTo(visit.href(`/products/${detail.redirect_to}`))
  return productPage(visit, detail, null)
}

/** @param problem what a form on this page could not do, in words; null when the page is just opened */
export function productPage(visit: Visit, detail: ProductDetail, problem: string | null): PageAnswer {
  const { t } = visit
  const crumbs: Crumb[] = [
    { label: t('action.home'), href: visit.href('/') },
    ...detail.breadcrumb.map((entry) => ({ label: entry.name, href: visit.href(`/categories/${entry.handle}`) })),
    { label: detail.title },
  ]
  const body = (
    <>
      <div className="shell pt-4">
        <Breadcrumb visit={visit} crumbs={crumbs} />
      </div>
      <div className="shell mt-3 lg:grid lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] lg:items-start lg:gap-14">
        <Gallery visit={visit} product={detail} />
        <div className="pt-6 lg:sticky lg:top-6 lg:pt-0">
          <p>
            <a className="link" href={visit.href(`/vendors/${detail.vendor.handle}`)}>
              <bdi>{detail.vendor.name}</bdi>
            </a>
          </p>
          <h1 className="mt-1 mb-4 text-3xl">{detail.title}</h1>
          <ProblemNotice text={problem} />
          <Island name="purchase-box" when="view" component={PurchaseBox} props={purchaseProps(visit, detail)} />
          <Assurances visit={visit} product={detail} />
          <form method="post" action={visit.href('/compare')} className="mt-3">
            <input type="hidden" name="add" value={detail.id} />
            <button type="submit" className="button -ms-3" data-plain="">
              <Icon name="compare" />
              {t('compare.add')}
            </button>
          </form>
        </div>
      </div>
      <Facts visit={visit} product={detail} />
      <ProductRail visit={visit} title={t('product.related')} products={detail.related.slice(0, 5)} />
    </>
  )
  return page(detail.title, body, {
    status: problem ? 422 : 200,
    description: detail.seo.description || detail.description.slice(0, 160),
    jsonLd: [breadcrumbData(visit, crumbs), productData(visit, detail)],
    image: detail.picture?.url,
    canonical: `/products/${detail.handle}`,
  })
}

function purchaseProps(visit: Visit, detail: ProductDetail): PurchaseBoxProps {
  const { t } = visit
  const variants = detail.variants.map((variant) => purchaseVariant(visit, variant))
  const asked = Object.fromEntries(
    detail.options.flatMap(({ code }) => {
      const value = visit.form.text(`option.${code}`) || visit.query.get(`option.${code}`)
      return value ? [[code, value]] : []
    }),
  )
  const isAsked = Object.keys(asked).length > 0
  const chosen = isAsked ? variantOf(variants, asked) : firstVariant(variants, visit.query.get('variant'))
  return {
    action: visit.href('/cart/lines'),
    pagePath: visit.href(`/products/${detail.handle}`),
    product: detail.handle,
    title: detail.title,
    options: detail.options,
    variants,
    selection: chosen?.options ?? asked,
    closed: visit.suspended ? t('suspended.banner') : null,
    texts: {
      add: t('product.add'),
      soldOut: t('stock.out'),
      choose: t('product.choose'),
      quantity: t('cart.quantity'),
      less: t('cart.less'),
      more: t('cart.more'),
      before: t('price.before'),
      vat: t('price.vat'),
      sku: t('product.sku'),
      update: t('product.update'),
      out: t('stock.out'),
      other: t('product.other'),
      noPrice: t('price.none'),
    },
  }
}

const tones = { in_stock: 'good', low: 'warn', out: 'bad' } as const

function purchaseVariant(visit: Visit, variant: StoreVariant): PurchaseVariant {
  const { t, formats } = visit
  const words = {
    in_stock: t('stock.in'),
    low: variant.left === null ? t('stock.few') : t('stock.left', { count: variant.left }),
    out: t('stock.out'),
  }
  return {
    id: variant.id,
    options: variant.options,
    available: variant.availability !== 'out' && variant.price !== null,
    price: variant.price ? formats.money(variant.price) : null,
    struck: variant.struck_price ? formats.money(variant.struck_price) : null,
    stock: words[variant.availability],
    tone: tones[variant.availability],
    sku: variant.sku,
    minimum: variant.minimum_quantity,
    maximum: variant.left === null ? variant.maximum_quantity : Math.min(variant.maximum_quantity, variant.left),
    step: variant.quantity_step,
  }
}

function Gallery({ visit, product }: { visit: Visit; product: ProductDetail }) {
  if (product.pictures.length === 0) {
    return (
      <div className="gallery">
        <div>
          <Picture picture={null} size={800} />
        </div>
      </div>
    )
  }
  return (
    <section className="gallery" aria-label={visit.t('product.pictures')} {...(product.pictures.length > 1 ? { tabIndex: 0 } : {})}>
      {product.pictures.map((picture, index) => (
        <div key={picture.url}>
          <Picture picture={picture} size={800} first={index === 0} />
        </div>
      ))}
    </section>
  )
}

function Assurances({ visit, product }: { visit: Visit; product: ProductDetail }) {
  const { t } = visit
  return (
    <ul className="mt-7 grid gap-3 border-line border-t pt-6">
      {product.kind === 'physical' && (
        <li className="flex gap-3">
          <Icon name="truck" size={22} />
          <span>{t('product.delivery', { vendor: product.vendor.name })}</span>
        </li>
      )}
      <li className="flex gap-3">
        <Icon name="shield" size={22} />
        <span>{returnText(visit, product)}</span>
      </li>
    </ul>
  )
}

function returnText(visit: Visit, product: ProductDetail): string {
  if (!product.withdrawal_exempt_reason) return visit.t('product.return')
  const key = `product.no_return.${product.withdrawal_exempt_reason}`
  return visit.t(isMessageKey(key) ? key : 'product.no_return.other')
}

function Facts({ visit, product }: { visit: Visit; product: ProductDetail }) {
  const { t } = visit
  const facts = [
    ...(product.brand ? [{ code: 'brand', name: t('product.brand'), value: product.brand }] : []),
    ...product.attributes,
    ...(product.origin_country
      ? [{ code: 'origin', name: t('product.origin'), value: visit.formats.country(product.origin_country) }]
      : []),
    ...(product.weight_g ? [{ code: 'weight', name: t('product.weight'), value: visit.formats.weight(product.weight_g) }] : []),
  ]
  return (
    <div className="shell mt-14 grid gap-10 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] lg:gap-14">
      <section>
        <h2 className="mb-3 text-2xl">{t('product.description')}</h2>
        <div className="prose">
          {product.description.split(/\n{2,}/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
      </section>
      {facts.length > 0 && (
        <section>
          <h2 className="mb-3 text-2xl">{t('product.facts')}</h2>
          <dl className="divide-y divide-line border-line border-y">
            {facts.map((fact) => (
              <div key={fact.code} className="grid grid-cols-[40%_1fr] gap-3 py-2.5">
                <dt className="quiet">{fact.name}</dt>
                <dd>
                  <bdi>{fact.value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  )
}
