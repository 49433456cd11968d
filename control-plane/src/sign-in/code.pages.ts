import { DomainError, type Locale } from '@cityos/contract'
import type { RawAnswer } from '@cityos/http'
import { escapeHtml, field, page, say, type Text } from './pages.ts'

/** Parts of pages about the authenticator app. */

export function codeField(locale: Locale, invalid: boolean): string {
  return field({
    name: 'code',
    label: say(locale, 'code_label'),
    type: 'text',
    code: true,
    autocomplete: 'one-time-code',
    hint: say(locale, 'code_hint'),
    focused: true,
    invalid,
  })
}

/** The picture to scan, the key to type, and the field for the first code. */
export function enrolmentForm(locale: Locale, offer: { secret: string; qr_svg: string }, invalid: boolean): string {
  const key = offer.secret.replace(/(.{4})(?=.)/g, '$1 ')
  return `<p>${escapeHtml(say(locale, 'enrol_scan'))}</p>
<div class="qr" role="img" aria-label="${escapeHtml(say(locale, 'enrol_qr'))}">${offer.qr_svg}</div>
<p>${escapeHtml(say(locale, 'enrol_key'))}: <bdi class="key" dir="ltr">${escapeHtml(key)}</bdi></p>
${field({ name: 'code', label: say(locale, 'code_label'), type: 'text', code: true, autocomplete: 'one-time-code', focused: true, invalid })}`
}

/** Ten codes, shown this once. @param next what leads on, as HTML */
export function codesPage(locale: Locale, codes: readonly string[], next: string, formTargets: string[] = []): RawAnswer {
  const list = codes.map((code) => `<li><bdi dir="ltr">${escapeHtml(code)}</bdi></li>`).join('')
  const body = `<h1>${escapeHtml(say(locale, 'codes_heading'))}</h1><p>${escapeHtml(say(locale, 'codes_lead'))}</p>
<ol class="codes">${list}</ol>${next}`
  // reloading in another language would not show them again
  return page({ locale, title: 'codes_heading', body, here: null, formTargets })
}

/** What to tell somebody whose code, password or address was not taken; null when there is nothing they could do. */
export function problemOf(locale: Locale, error: unknown): string | null {
  if (!(error instanceof DomainError)) return null
  const rule = error.details?.['rule']
  if (error.code === 'validation_failed' && typeof rule === 'string') return say(locale, `rule_${rule}` as Text)
  switch (error.code) {
    case 'totp_invalid':
    case 'totp_required':
      return say(locale, 'code_wrong')
    case 'already_exists':
      return say(locale, 'email_taken')
    case 'rate_limited':
      return say(locale, 'limited', { seconds: Number(error.details?.['retry_after'] ?? 60) })
    default:
      return null
  }
}

/** For the page's security policy: where the form's answer may lead. */
export function originOf(redirectUri: string): string[] {
  const origin = URL.canParse(redirectUri) ? new URL(redirectUri).origin : 'null'
  return origin === 'null' ? [] : [origin]
}

/** The page for a sign-in that has run out. @throws what it was given, if it is something else */
export function expiredPage(error: unknown, locale: Locale): RawAnswer {
  if (!(error instanceof DomainError) || error.code !== 'token_expired') throw error
  const body = `<h1>${escapeHtml(say(locale, 'expired'))}</h1><p><a href="/">${escapeHtml(say(locale, 'to_console'))}</a></p>`
  return page({ status: 410, locale, title: 'title', here: null, body })
}
