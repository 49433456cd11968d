import type { Locale } from '@cityos/contract'

/** What is wrong with a page's HTML; every page must answer with nothing. */
export function problemsOf(html: string, locale: Locale): string[] {
  const problems: string[] = []
  const all = (pattern: RegExp) => [...html.matchAll(pattern)]
  if (!html.startsWith(`<!doctype html><html lang="${locale}" dir="${locale === 'ar' ? 'rtl' : 'ltr'}">`)) problems.push('lang and dir')
  if (all(/<h1[ >]/g).length !== 1) problems.push(`${all(/<h1[ >]/g).length} h1`)
  if (all(/<main[ >]/g).length !== 1) problems.push('main')
  const ids = all(/\sid="([^"]+)"/g).map((match) => match[1])
  for (const id of ids) if (ids.filter((other) => other === id).length > 1) problems.push(`id ${id} twice`)
  const labelled = new Set(all(/<label[^>]*\sfor="([^"]+)"/g).map((match) => match[1]))
  for (const [control] of all(/<(?:input|select|textarea)\b[^>]*>/g)) {
    if (/type="(?:hidden|submit)"/.test(control)) continue
    const id = /\sid="([^"]+)"/.exec(control)?.[1]
    const inside = html.slice(0, html.indexOf(control)).lastIndexOf('<label') > html.slice(0, html.indexOf(control)).lastIndexOf('</label')
    if (!(id && labelled.has(id)) && !inside) problems.push(`no label: ${control}`)
  }
  for (const [picture] of all(/<img\b[^>]*>/g)) {
    if (!/\salt="/.test(picture) || !/\swidth="\d+"/.test(picture) || !/\sheight="\d+"/.test(picture)) problems.push(`picture ${picture}`)
  }
  if (/\sstyle="/.test(html)) problems.push('style attribute: the content policy forbids it')
  if (/\son\w+="/.test(html)) problems.push('inline handler')
  if (/<script(?![^>]*(?:src=|ld\+json))/.test(html)) problems.push('inline script')
  if (/undefined|NaN|\[object/.test(html)) problems.push('a value that was not there')
  for (const [, href] of all(/<a\b[^>]*\shref="(\/[^"]*)"/g)) {
    // Files of the API (a calendar entry, a PDF) have no language of their own.
    if (!/^\/(?:en|fr|ar)(?:\/|$|\?)|^\/v1\/store\//.test(href ?? '')) problems.push(`link without language: ${href}`)
  }
  return problems
}
