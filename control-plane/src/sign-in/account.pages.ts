import type { Locale } from '@cityos/contract'
import type { RawAnswer } from '@cityos/http'
import type { AccountSecurity, StaffSessionRow } from './account.contract.ts'
import { enrolmentForm } from './code.pages.ts'
import { alert, done, escapeHtml, field, hidden, page, say, type Text } from './pages.ts'
import { newPasswordFields } from './recovery.controller.ts'
import { momentIn } from './session.service.ts'

/** What the page of one's own account shows, and which part of it was not taken. */
export interface AccountShown {
  security: AccountSecurity
  sessions: readonly StaffSessionRow[]
  said?: string | null
  problem?: string | null
  status?: number
  /** An enrolment under way takes the place of everything else. */
  offer?: { secret: string; qr_svg: string } | null
}

export function accountPage(locale: Locale, shown: AccountShown): RawAnswer {
  const { security, offer } = shown
  const who = `<h1>${text(locale, 'account_title')}</h1><p>${text(locale, 'account_as', { name: security.name, email: security.email })}</p>`
  const told = `${done(shown.said ?? null)}${alert(shown.problem ?? null)}`
  const body = offer
    ? `<h1>${text(locale, 'enrol_heading')}</h1>${told}${form(locale, 'totp-confirm', enrolmentForm(locale, offer, !!shown.problem), 'enrol_submit')}<p class="more"><a href="/oauth/account?lang=${locale}">${text(locale, 'back')}</a></p>`
    : [who, told, totpPart(locale, security), passwordPart(locale), emailPart(locale, security), sessionPart(locale, shown.sessions)].join(
        '\n',
      )
  return page({ status: shown.status ?? 200, locale, title: 'account_title', here: '/oauth/account', body })
}

function totpPart(locale: Locale, { totp }: AccountSecurity): string {
  if (!totp.enabled) {
    const begin = form(locale, 'totp-offer', currentPassword(locale, 'totp'), 'account_totp_begin')
    return section(locale, 'account_totp', `<p>${text(locale, 'account_totp_off')}</p>${folded(locale, 'account_totp_begin', begin)}`)
  }
  const since = totp.enabled_at ? momentIn(new Date(totp.enabled_at), locale) : ''
  const proof = (part: string) =>
    `${currentPassword(locale, part)}${field({ id: `code-${part}`, name: 'code', label: say(locale, 'code_label'), type: 'text', code: true, autocomplete: 'one-time-code' })}`
  const renew = form(locale, 'recovery-codes', proof('renew'), 'account_totp_renew')
  const disable = totp.required
    ? ''
    : folded(locale, 'account_totp_disable', form(locale, 'totp-disable', proof('disable'), 'account_totp_disable', 'danger'))
  const state = `<p>${text(locale, 'account_totp_on', { since, left: totp.recovery_codes_left })}</p>`
  return section(locale, 'account_totp', `${state}${folded(locale, 'account_totp_renew', renew)}${disable}`)
}

function passwordPart(locale: Locale): string {
  const fields = `${currentPassword(locale, 'password')}${newPasswordFields(locale, 'account_password_new', false)}`
  return section(
    locale,
    'account_password',
    folded(locale, 'account_password_submit', form(locale, 'password', fields, 'account_password_submit')),
  )
}

function emailPart(locale: Locale, { email, pending_email }: AccountSecurity): string {
  const pending = pending_email ? `<p>${text(locale, 'account_email_pending', { email: pending_email })}</p>` : ''
  const fields = `${currentPassword(locale, 'email')}${field({ name: 'email', label: say(locale, 'account_email_new'), type: 'email', autocomplete: 'email' })}`
  const change = folded(locale, 'account_email_new', form(locale, 'email', fields, 'account_email_submit'))
  return section(locale, 'account_email', `<p><bdi>${escapeHtml(email)}</bdi></p>${pending}${change}`)
}

function sessionPart(locale: Locale, sessions: readonly StaffSessionRow[]): string {
  const rows = sessions.map((session) => {
    const where = [session.clients.join(', '), session.ip, session.user_agent?.slice(0, 60)].filter(Boolean).join(' · ')
    const since = momentIn(new Date(session.created_at), locale)
    const when = text(locale, 'account_session', { since, used: momentIn(new Date(session.last_used_at), locale) })
    const end = session.current
      ? `<strong>${text(locale, 'account_current')}</strong>`
      : `<form method="post" action="/oauth/account">${hidden('change', 'end-session')}${hidden('session', session.id)}${hidden('lang', locale)}<button type="submit" class="quiet">${text(locale, 'account_end')}</button></form>`
    return `<li><div><bdi>${escapeHtml(where)}</bdi><small>${when}</small></div>${end}</li>`
  })
  const list = rows.length > 0 ? `<ul class="rows">${rows.join('')}</ul>` : `<p>${text(locale, 'account_no_sessions')}</p>`
  const others = sessions.some((session) => !session.current) ? form(locale, 'end-others', '', 'account_end_others', 'quiet') : ''
  const out = `<p class="more"><a href="/oauth/sign-out?lang=${locale}">${text(locale, 'account_sign_out')}</a></p>`
  return section(locale, 'account_sessions', `${list}${others}${out}`)
}

function currentPassword(locale: Locale, part: string): string {
  const label = say(locale, 'account_password_current')
  return field({ id: `current-${part}`, name: 'current_password', label, type: 'password', autocomplete: 'current-password' })
}

function form(locale: Locale, change: string, fields: string, submit: Text, look = ''): string {
  return `<form method="post" action="/oauth/account">${hidden('change', change)}${hidden('lang', locale)}${fields}
<button type="submit"${look ? ` class="${look}"` : ''}>${text(locale, submit)}</button></form>`
}

function folded(locale: Locale, label: Text, inside: string): string {
  return `<details><summary>${text(locale, label)}</summary>${inside}</details>`
}

function section(locale: Locale, heading: Text, inside: string): string {
  return `<section><h2>${text(locale, heading)}</h2>${inside}</section>`
}

function text(locale: Locale, key: Text, values: Record<string, string | number> = {}): string {
  return escapeHtml(say(locale, key, values))
}
