import { pickText, type TenantDocument } from '@cityos/contract'
import { type CategoryNode, listCategories, listProducts } from '../../core/catalogue/contract.ts'
import { getCurrentStore } from '../../core/store/contract.ts'
import { listVendors } from '../../core/vendor/contract.ts'
import { themeOf } from '../theme/theme.ts'
import { type Answer, pageAddress, type Visit } from '../visit.ts'

/** Products in one sitemap file: five calls of the list. */
const perSitemap = 500
const perCall = 100

/** The shop's mark: an arch in the brand colour with the first letter of its name. */
export function favicon(tenant: TenantDocument): string {
  const theme = themeOf(tenant.theme.brand, 'light')
  const letter = [...pickText(tenant.name, tenant.default_locale)][0] ?? ''
  const text = letter.replace(/[<>&"']/g, '')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 40" width="180" height="200"><path d="M2 39V18a16 16 0 0 1 32 0v21z" fill="${theme.fill}" stroke="${theme.fillBorder}"/><text x="18" y="29" text-anchor="middle" font-family="system-ui,sans-serif" font-size="20" font-weight="600" fill="${theme.onFill}">${text}</text></svg>`
}

export function robots(visit: Visit): Answer {
  const hidden = ['/*/cart', '/*/checkout', '/*/account', '/*/orders/', '/*/compare', '/*/search', '/v1/']
  const body = [
    'User-agent: *',
    ...hidden.map((path) => `Disallow: ${path}`),
    'Allow: /v1/files/',
    '',
    `Sitemap: ${visit.origin}/sitemap.xml`,
    '',
  ].join('\n')
  return { kind: 'text', status: 200, type: 'text/plain; charset=utf-8', body, maxAge: 3600 }
}

/** Index: the fixed pages, and as many product files as there are products. */
export async function sitemapIndex(visit: Visit): Promise<Answer> {
  const { total } = visit.hasCatalogue ? await visit.call(listProducts, { query: { limit: 1 } }) : { total: 0 }
  const ofVerticals = visit.verticals.filter((vertical) => vertical.sitemap).map((vertical) => vertical.name)
  const files = ['pages', ...ofVerticals, ...Array.from({ length: Math.ceil(total / perSitemap) }, (_, index) => `products-${index + 1}`)]
  const entries = files.map((name) => `<sitemap><loc>${visit.origin}/sitemaps/${name}.xml</loc></sitemap>`).join('')
  return xml(`<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries}</sitemapindex>`)
}

export async function sitemap(visit: Visit): Promise<Answer> {
  const name = visit.param('name').replace(/\.xml$/, '')
  const number = /^products-(\d{1,4})$/.exec(name)?.[1]
  if (name === 'pages') return urlSet(visit, await pagePaths(visit))
  if (number && visit.hasCatalogue) return urlSet(visit, await productPaths(visit, Number(number)))
  const vertical = visit.verticals.find((candidate) => candidate.name === name)
  if (vertical?.sitemap) return urlSet(visit, await vertical.sitemap(visit))
  return { kind: 'text', status: 404, type: 'text/plain; charset=utf-8', body: '', maxAge: 60 }
}

async function pagePaths(visit: Visit): Promise<string[]> {
  const [categories, vendors, store] = await Promise.all([
    visit.hasCatalogue ? visit.call(listCategories) : [],
    visit.call(listVendors, { query: { limit: 100 } }),
    visit.call(getCurrentStore),
  ])
  const handles = (nodes: readonly CategoryNode[]): string[] => nodes.flatMap((node) => [node.handle, ...handles(node.children)])
  return [
    '/',
    ...(visit.hasCatalogue ? ['/products'] : []),
    '/vendors',
    ...handles(categories).map((handle) => `/categories/${handle}`),
    ...vendors.items.map((vendor) => `/vendors/${vendor.handle}`),
    ...store.policies.map((policy) => `/policies/${policy.kind}`),
  ]
}

async function productPaths(visit: Visit, file: number): Promise<string[]> {
  const start = (file - 1) * perSitemap
  const calls = Array.from({ length: perSitemap / perCall }, (_, index) =>
    visit.call(listProducts, { query: { limit: perCall, offset: start + index * perCall, sort: 'newest' } }),
  )
  return (await Promise.all(calls)).flatMap((list) => list.items.map((product) => `/products/${product.handle}`))
}

function urlSet(visit: Visit, paths: readonly string[]): Answer {
  const { locales } = visit.tenant
  const urls = paths.map((path) => {
    const alternates = locales
      .map((locale) => `<xhtml:link rel="alternate" hreflang="${locale}" href="${visit.origin}${pageAddress(locale, path)}"/>`)
      .join('')
    return locales.map((locale) => `<url><loc>${visit.origin}${pageAddress(locale, path)}</loc>${alternates}</url>`).join('')
  })
  return xml(
    `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">${urls.join('')}</urlset>`,
  )
}

function xml(body: string): Answer {
  return {
    kind: 'text',
    status: 200,
    type: 'application/xml; charset=utf-8',
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
    maxAge: 3600,
  }
}

/** Web app manifest of one language. */
export function webManifest(visit: Visit): Answer {
  const body = {
    name: visit.shopName,
    short_name: visit.shopName,
    lang: visit.locale,
    dir: visit.locale === 'ar' ? 'rtl' : 'ltr',
    start_url: visit.href('/'),
    scope: '/',
    display: 'standalone',
    background_color: visit.theme.bar.light,
    theme_color: visit.theme.bar.light,
    icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' }],
  }
  return { kind: 'text', status: 200, type: 'application/manifest+json; charset=utf-8', body: JSON.stringify(body), maxAge: 3600 }
}
