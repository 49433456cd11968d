import { createHash } from 'node:crypto'
import { direction, type Locale, locales, type StaffRole } from '@cityos/contract'
import { RawAnswer } from '@cityos/http'
import ar from './i18n/ar.json' with { type: 'json' }
import en from './i18n/en.json' with { type: 'json' }
import fr from './i18n/fr.json' with { type: 'json' }

/** The pages of staff sign-in: server-rendered, without scripts, in three languages. */

export type Text = keyof typeof en
const texts: Record<Locale, Record<Text, string>> = { en, fr, ar }
const languageNames: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }

export function say(locale: Locale, key: Text, values: Record<string, string | number> = {}): string {
  return texts[locale][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** `District manager` */
export function roleName(locale: Locale, role: StaffRole): string {
  return say(locale, `role_${role}`)
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
:root{color-scheme:light dark;--ink:#10201d;--soft:#52635f;--paper:#fff;--ground:#eef4f2;--line:#c9d6d2;--brand:#0f766e;--brand-ink:#fff;--bad:#b42318;--bad-ground:#fef3f2}
@media (prefers-color-scheme:dark){:root{--ink:#e7f1ee;--soft:#a3b8b2;--paper:#12211e;--ground:#0a1412;--line:#2c423c;--brand:#2dd4bf;--brand-ink:#04211d;--bad:#fda29b;--bad-ground:#2d1512}}
*{box-sizing:border-box}
body{margin:0;min-height:100dvh;display:grid;grid-template-rows:1fr auto;background:radial-gradient(60rem 30rem at 50% -10rem,color-mix(in srgb,var(--brand) 22%,transparent),transparent),var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI","Noto Sans Arabic","Geeza Pro",sans-serif}
main{width:min(26rem,calc(100vw - 2rem));margin:auto;padding:2rem 0}
.mark{display:flex;align-items:center;gap:.6rem;font-weight:700;margin-block-end:1.5rem}
.mark svg{width:2rem;height:2rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:1rem;padding:1.75rem;box-shadow:0 1px 2px #0000000d,0 12px 32px #0000000f}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .35rem}
p{margin:0 0 1.25rem;color:var(--soft)}
label{display:block;font-weight:600;margin-block-end:.3rem}
.field{margin-block-end:1.1rem}
input{width:100%;min-height:2.9rem;padding:.55rem .8rem;border:1px solid var(--line);border-radius:.6rem;background:transparent;color:inherit;font:inherit;text-align:start}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid color-mix(in srgb,var(--brand) 60%,transparent);outline-offset:2px}
input[aria-invalid=true]{border-color:var(--bad)}
.hint{font-size:.875rem;color:var(--soft);margin-block-start:.3rem}
.alert{background:var(--bad-ground);color:var(--bad);border-radius:.6rem;padding:.7rem .9rem;margin-block-end:1.1rem}
button{width:100%;min-height:2.9rem;border:0;border-radius:.6rem;background:var(--brand);color:var(--brand-ink);font:inherit;font-weight:700;cursor:pointer}
button:hover{filter:brightness(1.08)}
a{color:var(--brand)}
.more{margin:1rem 0 0;text-align:center}
.done{background:color-mix(in srgb,var(--brand) 14%,transparent);border-radius:.6rem;padding:.7rem .9rem;margin-block-end:1.1rem}
section{border-block-start:1px solid var(--line);margin-block-start:1.5rem;padding-block-start:1.5rem}
h2{font-size:1.05rem;margin:0 0 .6rem}
.quiet{background:transparent;color:var(--ink);border:1px solid var(--line);font-weight:600}
.danger{background:transparent;color:var(--bad);border:1px solid var(--bad);font-weight:600}
.rows{list-style:none;margin:0 0 1rem;padding:0}
.rows li{display:flex;gap:.75rem;align-items:center;justify-content:space-between;padding:.7rem 0;border-block-end:1px solid var(--line)}
.rows button{width:auto;min-height:2.75rem;padding:0 1rem}
.rows small{display:block;color:var(--soft)}
.qr{display:block;width:13rem;max-width:100%;margin:0 auto 1.1rem;background:#fff;border-radius:.6rem;padding:.5rem}
.qr svg{display:block;width:100%;height:auto}
.key{font:600 1rem/1.6 ui-monospace,monospace;overflow-wrap:anywhere;color:var(--ink)}
.codes{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.4rem;list-style:none;margin:0 0 1.25rem;padding:0;font:600 1rem/1.8 ui-monospace,monospace;text-align:center;white-space:nowrap}
form+form{margin-block-start:.75rem}
details{margin-block-start:.75rem}
summary{cursor:pointer;font-weight:600;padding:.6rem 0}
footer{padding:1rem;text-align:center}
footer ul{display:inline-flex;gap:1.25rem;margin:0;padding:0;list-style:none}
footer a{display:inline-block;padding:.5rem}
footer [aria-current]{font-weight:700;color:var(--ink);text-decoration:none}
`

const styleHash = createHash('sha256').update(style).digest('base64')
const mark = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="var(--brand)"/><path d="M7 24V13l6-4v15M13 24V6l6 4v14M19 24V14l6 3v7M5 24h22" fill="none" stroke="var(--brand-ink)" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/></svg>`

export interface PageOptions {
  status?: number
  locale: Locale
  title: Text
  body: string
  /** Path and query of this page without `lang`, for the language links; null: it cannot be shown again. */
  here: string | null
  /** Origins the form's answer may lead to, besides our own. */
  formTargets?: string[]
}

export function page(options: PageOptions): RawAnswer {
  const { locale, here } = options
  const links = (here === null ? [] : locales)
    .map((code) => {
      const href = `${here}${here?.includes('?') ? '&' : '?'}lang=${code}`
      return `<li><a href="${escapeHtml(href)}" lang="${code}" hreflang="${code}"${code === locale ? ' aria-current="true"' : ''}>${languageNames[code]}</a></li>`
    })
    .join('')
  const html = `<!doctype html>
<html lang="${locale}" dir="${direction(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(say(locale, options.title))} · Dakkah CityOS</title>
<style>${style}</style>
</head>
<body>
<main>
<div class="mark">${mark}<span>Dakkah CityOS</span></div>
<div class="card">${options.body}</div>
</main>
<footer>${links === '' ? '' : `<nav aria-label="${escapeHtml(say(locale, 'language'))}"><ul>${links}</ul></nav>`}</footer>
</body>
</html>`
  const targets = ["'self'", ...(options.formTargets ?? [])].join(' ')
  return new RawAnswer(
    options.status ?? 200,
    {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-language': locale,
      'referrer-policy': 'same-origin',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
    },
    html,
  )
}

export interface Field {
  /** The element's id where one page has several fields of a name. */
  id?: string
  name: string
  label: string
  type: 'email' | 'password' | 'text'
  /** Digits and Latin letters: typed from left to right on every page. */
  code?: boolean
  autocomplete: string
  value?: string
  hint?: string
  focused?: boolean
  invalid?: boolean
}

export function field(options: Field): string {
  const id = options.id ?? options.name
  const hint = options.hint ? `<div class="hint" id="${id}-hint">${escapeHtml(options.hint)}</div>` : ''
  const attributes = [
    `id="${id}"`,
    `name="${options.name}"`,
    `type="${options.type}"`,
    `autocomplete="${options.autocomplete}"`,
    'required',
    options.type === 'text' && !options.code ? '' : 'dir="ltr"',
    options.code ? 'autocapitalize="none" spellcheck="false"' : '',
    options.value ? `value="${escapeHtml(options.value)}"` : '',
    options.hint ? `aria-describedby="${id}-hint"` : '',
    options.invalid ? 'aria-invalid="true"' : '',
    options.focused ? 'autofocus' : '',
  ]
  return `<div class="field"><label for="${id}">${escapeHtml(options.label)}</label><input ${attributes.filter(Boolean).join(' ')}>${hint}</div>`
}

export function alert(text: string | null): string {
  return text === null ? '' : `<div class="alert" role="alert">${escapeHtml(text)}</div>`
}

/** Something went well. */
export function done(text: string | null): string {
  return text === null ? '' : `<div class="done" role="status">${escapeHtml(text)}</div>`
}

export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
}
