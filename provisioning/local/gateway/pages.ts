import { direction, type Locale } from '@cityos/contract'
import { type Notice, texts } from './texts.ts'

const retrySeconds: Partial<Record<Notice, number>> = { waking: 2, starting: 3, crashed: 5, console: 5 }

/** Seconds after which it is worth asking again; null when it is not. */
export function retryAfter(notice: Notice): number | null {
  return retrySeconds[notice] ?? null
}

/**
 * A page of the gateway itself: a few kilobytes, nothing loaded from elsewhere, tries again by itself where that helps.
 * @param name what the visitor asked for: the tenant's name, or the host
 */
export function page(notice: Notice, locale: Locale, name: string, requestId: string): string {
  const text = texts[locale][notice]
  const retry = retryAfter(notice)
  const shown = escapeHtml(name)
  // A Latin name in an Arabic sentence keeps its own direction.
  const isolated = `<bdi>${shown}</bdi>`
  return `<!doctype html>
<html lang="${locale}" dir="${direction(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${retry === null ? '' : `<meta http-equiv="refresh" content="${retry}">\n`}<title>${text.title.replace('{name}', () => shown)}</title>
<style>${style}</style>
</head>
<body>
<main>
<div class="mark ${notice}" aria-hidden="true">${pictures[notice]}</div>
<h1>${text.title.replace('{name}', () => isolated)}</h1>
<p>${text.body.replace('{name}', () => isolated)}</p>
${retry === null ? '' : `<p class="retry" role="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${texts[locale].retry}</p>\n`}</main>
<footer><span dir="ltr">${escapeHtml(requestId)}</span></footer>
</body>
</html>
`
}

/** Drawn with strokes of the current colour; no words in them, so they serve every language. */
const shop =
  '<svg viewBox="0 0 64 64" width="72" height="72" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M8 26 13 10h38l5 16"/><path d="M8 26a6 6 0 0 0 12 0 6 6 0 0 0 12 0 6 6 0 0 0 12 0 6 6 0 0 0 12 0"/><path d="M12 32v22h40V32"/><path d="M26 54V42h12v12"/></svg>'
const moon =
  '<svg viewBox="0 0 64 64" width="72" height="72" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M50 38A20 20 0 1 1 27 13a16 16 0 0 0 23 25Z"/><path d="M42 12h8l-8 9h8"/></svg>'
const signpost =
  '<svg viewBox="0 0 64 64" width="72" height="72" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M32 8v48"/><path d="M32 14h18l6 6-6 6H32z"/><path d="M32 30H16l-6 6 6 6h16z"/><path d="M24 56h16"/></svg>'
const wrench =
  '<svg viewBox="0 0 64 64" width="72" height="72" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="M41 10a13 13 0 0 0-13 18L10 46a6 6 0 0 0 8 8l18-18a13 13 0 0 0 17-17l-8 8-7-2-2-7 8-8a13 13 0 0 0-3 0Z"/></svg>'
const pictures: Record<Notice, string> = {
  waking: moon,
  starting: shop,
  crashed: wrench,
  failed: wrench,
  closed: shop,
  unknown: signpost,
  console: wrench,
  missing: signpost,
}

const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--paper:#f6f5f2;--card:#fff;--line:#e4e1da;--brand:#0f766e}
@media (prefers-color-scheme:dark){:root{--ink:#eef1f4;--soft:#a3aebb;--paper:#12171d;--card:#1a2129;--line:#2b343e;--brand:#5eead4}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;grid-template-rows:1fr auto;place-items:center;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI","Noto Sans Arabic",sans-serif}
main{width:min(30rem,calc(100% - 2rem));margin:2rem 0;padding:2.5rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:1.25rem;text-align:center;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
.mark{display:inline-grid;place-items:center;width:7rem;height:7rem;border-radius:50%;color:var(--brand);background:color-mix(in srgb,var(--brand) 12%,transparent)}
h1{margin:1.25rem 0 .5rem;font-size:1.5rem;line-height:1.3;text-wrap:balance;overflow-wrap:anywhere}
p{margin:0;color:var(--soft);text-wrap:pretty;overflow-wrap:anywhere}
.retry{margin-top:1.5rem;display:flex;gap:.75rem;justify-content:center;align-items:center;font-size:.9rem}
.dots{display:inline-flex;gap:.3rem}
.dots i{width:.45rem;height:.45rem;border-radius:50%;background:var(--brand);animation:beat 1.2s infinite ease-in-out}
.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
@keyframes beat{0%,80%,100%{opacity:.25}40%{opacity:1}}
@media (prefers-reduced-motion:reduce){.dots i{animation:none}}
footer{padding:0 1rem 1.25rem;color:var(--soft);font-size:.75rem;font-family:ui-monospace,monospace}
`.trim()

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
