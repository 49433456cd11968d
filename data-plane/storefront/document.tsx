import { direction } from '@cityos/contract'
import { renderToStaticMarkup, renderToString } from 'react-dom/server'
import { FullLayout, PlainLayout } from './components/layout.tsx'
import type { Frame } from './frame.ts'
import { type PageAnswer, pageAddress, type Visit } from './visit.ts'

/** The page as HTML. Islands are marked in it; the rest is never hydrated. */
export function renderDocument(visit: Visit, answer: PageAnswer, frame: Frame): string {
  return `<!doctype html>${renderToString(<Document visit={visit} answer={answer} frame={frame} />)}`
}

/** A piece of a page, for scripts that replace it. */
export function renderFragment(body: PageAnswer['body']): string {
  return renderToStaticMarkup(body)
}

/** A page for when even the frame cannot be read: styles and words, no data. */
export function renderBare(visit: Visit, answer: PageAnswer): string {
  return `<!doctype html>${renderToStaticMarkup(
    <html lang={visit.locale} dir={direction(visit.locale)}>
      <head>
        <meta charSet="utf-8" />
        <title>{answer.title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={visit.assets.style} />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own declarations, made of a checked hex colour */}
        <style dangerouslySetInnerHTML={{ __html: visit.theme.css }} />
      </head>
      <body>
        <main id="content" className="flex flex-1 items-center">
          {answer.body}
        </main>
      </body>
    </html>,
  )}`
}

function Document({ visit, answer, frame }: { visit: Visit; answer: PageAnswer; frame: Frame }) {
  const Layout = answer.frame === 'plain' ? PlainLayout : FullLayout
  return (
    <html lang={visit.locale} dir={direction(visit.locale)}>
      <Head visit={visit} answer={answer} frame={frame} />
      <body>
        <Layout visit={visit} frame={frame}>
          {answer.body}
        </Layout>
      </body>
    </html>
  )
}

function Head({ visit, answer, frame }: { visit: Visit; answer: PageAnswer; frame: Frame }) {
  const { tenant, assets, theme } = visit
  const title = answer.title === visit.shopName ? answer.title : `${answer.title} · ${visit.shopName}`
  const description = answer.description || frame.store.seo.description || frame.store.tagline
  const path = answer.canonical ?? visit.address
  const addressIn = (locale: Visit['locale']) => visit.origin + pageAddress(locale, path)
  const font = assets.font(visit.locale)
  return (
    <head>
      <meta charSet="utf-8" />
      <title>{title}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="description" content={description} />
      {answer.refreshSeconds && (
        <noscript>
          <meta httpEquiv="refresh" content={String(answer.refreshSeconds)} />
        </noscript>
      )}
      {answer.noIndex ? (
        <meta name="robots" content="noindex" />
      ) : (
        <>
          <link rel="canonical" href={addressIn(visit.locale)} />
          {tenant.locales.map((locale) => (
            <link key={locale} rel="alternate" hrefLang={locale} href={addressIn(locale)} />
          ))}
          <link rel="alternate" hrefLang="x-default" href={addressIn(tenant.default_locale)} />
        </>
      )}
      <meta property="og:title" content={answer.title} />
      <meta property="og:description" content={description} />
      <meta property="og:site_name" content={visit.shopName} />
      <meta property="og:locale" content={visit.locale} />
      {answer.image && <meta property="og:image" content={visit.origin + answer.image} />}
      <meta name="theme-color" media="(prefers-color-scheme: light)" content={theme.bar.light} />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content={theme.bar.dark} />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      <link rel="manifest" href={`/${visit.locale}/manifest.webmanifest`} />
      {font && <link rel="preload" href={font} as="font" type="font/woff2" crossOrigin="anonymous" />}
      <link rel="stylesheet" href={assets.style} />
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own declarations, made of a checked hex colour */}
      <style dangerouslySetInnerHTML={{ __html: theme.css }} />
      <script type="module" src={assets.script} />
      {answer.jsonLd?.map((data) => (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: a data block, with `<` escaped
        <script key={JSON.stringify(data)} type="application/ld+json" dangerouslySetInnerHTML={{ __html: escapeJson(data) }} />
      ))}
    </head>
  )
}

/** JSON inside `<script>`: a `</script>` in a product's title must not end the block. */
function escapeJson(data: object): string {
  return JSON.stringify(data).replace(/</g, '\\u003c')
}
