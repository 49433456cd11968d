import type { ApiError } from '@cityos/contract'
import { requestReset, reset, signIn, signOut, signUp, verify } from '../../core/customer/contract.ts'
import { errorsOf } from '../address-form.ts'
import { ErrorSummary, Field, type FieldErrors, FormPage } from '../components/fields.tsx'
import { NoticeBox } from '../components/layout.tsx'
import { failureText } from '../failure-text.ts'
import { callingCode, phoneNumber } from '../form.ts'
import { setCartCount } from '../frame.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

interface FormState {
  errors: FieldErrors
  status: number
}

const fresh: FormState = { errors: {}, status: 200 }

function refused(visit: Visit, error: ApiError, words = failureText(visit, error)): FormState {
  return { errors: errorsOf(visit, error, words), status: error.status }
}

function formPage(visit: Visit, title: string, state: FormState, lead: React.ReactNode, body: React.ReactNode, canonical?: string): Answer {
  const failed = Object.keys(state.errors).length > 0
  return page(
    failed ? visit.t('form.error_title', { title }) : title,
    <FormPage title={title} lead={lead}>
      <ErrorSummary visit={visit} errors={state.errors} />
      {body}
    </FormPage>,
    { frame: 'plain', noIndex: true, status: state.status, canonical },
  )
}

function EmailField({ visit, state, value }: { visit: Visit; state: FormState; value: string }) {
  return (
    <Field
      visit={visit}
      name="email"
      label={visit.t('field.email')}
      value={value}
      errors={state.errors}
      type="email"
      inputMode="email"
      direction="ltr"
      autoComplete="email"
      maxLength={254}
    />
  )
}

function PasswordField({ visit, state, isNew }: { visit: Visit; state: FormState; isNew: boolean }) {
  return (
    <Field
      visit={visit}
      name="password"
      label={visit.t(isNew ? 'field.new_password' : 'field.password')}
      hint={isNew ? visit.t('field.password_hint') : undefined}
      errors={state.errors}
      type="password"
      direction="ltr"
      autoComplete={isNew ? 'new-password' : 'current-password'}
      minLength={isNew ? 8 : undefined}
    />
  )
}

function Submit({ children }: { children: React.ReactNode }) {
  return (
    <button type="submit" className="button" data-primary="" data-large="">
      {children}
    </button>
  )
}

const ReturnTo = ({ visit }: { visit: Visit }) => <input type="hidden" name="return_to" value={visit.returnTo('/account')} />

export function signInForm(visit: Visit, state: FormState = fresh): Answer {
  const { t } = visit
  if (visit.signedIn) return seeOther(visit.returnTo('/account'))
  const lead = (
    <>
      {t('sign_in.new')}{' '}
      <a className="link" href={visit.href('/account/sign-up', { return_to: visit.returnTo('/account') })}>
        {t('sign_up.title')}
      </a>
    </>
  )
  return formPage(
    visit,
    t('header.sign_in'),
    state,
    lead,
    <form method="post" action={visit.href('/account/sign-in')} noValidate className="grid gap-4">
      <ReturnTo visit={visit} />
      <EmailField visit={visit} state={state} value={visit.form.text('email')} />
      <PasswordField visit={visit} state={state} isNew={false} />
      <Submit>{t('header.sign_in')}</Submit>
      <a className="link justify-self-center" href={visit.href('/account/forgot')}>
        {t('sign_in.forgot')}
      </a>
    </form>,
  )
}

export async function signInNow(visit: Visit): Promise<Answer> {
  const { form } = visit
  const done = await attempt(visit.call(signIn, { body: { email: form.text('email'), password: form.raw('password') } }))
  if (!done.ok) {
    const unknown = done.error.code === 'unauthenticated' || done.error.code === 'invalid_request'
    return signInForm(visit, refused(visit, done.error, unknown ? visit.t('sign_in.refused') : undefined))
  }
  return welcome(visit, 'signed_in')
}

/** The guest cart was merged by the API; the bag shows the sum from the next page on. */
function welcome(visit: Visit, notice: 'signed_in' | 'account_ready' | 'password_changed'): Answer {
  visit.notify(notice)
  return seeOther(visit.returnTo('/account'))
}

export async function signOutNow(visit: Visit): Promise<Answer> {
  await attempt(visit.call(signOut))
  visit.ctx.cookies.clear('session')
  visit.ctx.cookies.clear('cart')
  setCartCount(visit, 0)
  visit.notify('signed_out')
  return seeOther(visit.href('/'))
}

export function signUpForm(visit: Visit, state: FormState = fresh): Answer {
  const { t, form } = visit
  const lead = (
    <>
      {t('sign_up.have')}{' '}
      <a className="link" href={visit.href('/account/sign-in', { return_to: visit.returnTo('/account') })}>
        {t('header.sign_in')}
      </a>
    </>
  )
  return formPage(
    visit,
    t('sign_up.title'),
    state,
    lead,
    <form method="post" action={visit.href('/account/sign-up')} noValidate className="grid gap-4">
      <ReturnTo visit={visit} />
      <Field
        visit={visit}
        name="name"
        label={t('field.name')}
        value={form.text('name')}
        errors={state.errors}
        autoComplete="name"
        maxLength={120}
      />
      <EmailField visit={visit} state={state} value={form.text('email')} />
      <Field
        visit={visit}
        name="phone"
        label={t('field.phone')}
        hint={t('field.phone_hint', { code: callingCode(visit.tenant.country) })}
        value={form.text('phone')}
        errors={state.errors}
        type="tel"
        inputMode="tel"
        direction="ltr"
        autoComplete="tel"
        required={false}
        maxLength={24}
      />
      <PasswordField visit={visit} state={state} isNew />
      <Submit>{t('sign_up.submit')}</Submit>
    </form>,
  )
}

export async function signUpNow(visit: Visit): Promise<Answer> {
  const { form } = visit
  const phone = form.text('phone')
  const asked = await attempt(
    visit.call(signUp, {
      body: {
        name: form.text('name'),
        email: form.text('email'),
        password: form.raw('password'),
        locale: visit.locale,
        ...(phone ? { phone: phoneNumber(phone, callingCode(visit.tenant.country)) } : {}),
      },
    }),
  )
  if (!asked.ok) return signUpForm(visit, refused(visit, asked.error))
  return codeForm(visit, 'verify', asked.value.code, fresh)
}

type Purpose = 'verify' | 'reset'

/** The code from the mail. The address travels in the form, not in the address bar. @param shown the code itself, on test tenants */
function codeForm(visit: Visit, purpose: Purpose, shown: string | undefined, state: FormState): Answer {
  const { t } = visit
  const email = visit.form.text('email')
  return formPage(
    visit,
    t(purpose === 'verify' ? 'verify.title' : 'reset.title'),
    state,
    <>
      {t('verify.sent')} <bdi dir="ltr">{email}</bdi>
    </>,
    <form method="post" action={visit.href(`/account/${purpose}`)} noValidate className="grid gap-4">
      <ReturnTo visit={visit} />
      <input type="hidden" name="email" value={email} />
      {shown && (
        <NoticeBox tone="plain">
          {t('verify.test')}{' '}
          <bdi dir="ltr" className="font-semibold" data-code="">
            {shown}
          </bdi>
        </NoticeBox>
      )}
      <Field
        visit={visit}
        name="code"
        label={t('verify.code')}
        hint={t('verify.hint')}
        errors={state.errors}
        direction="ltr"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
      />
      {purpose === 'reset' && <PasswordField visit={visit} state={state} isNew />}
      <Submit>{t(purpose === 'verify' ? 'verify.submit' : 'reset.submit')}</Submit>
    </form>,
    purpose === 'verify' ? '/account/sign-up' : '/account/forgot',
  )
}

export async function verifyNow(visit: Visit): Promise<Answer> {
  const { form } = visit
  const done = await attempt(visit.call(verify, { body: { email: form.text('email'), code: form.text('code') } }))
  return done.ok ? welcome(visit, 'account_ready') : codeForm(visit, 'verify', undefined, refused(visit, done.error))
}

export function forgotForm(visit: Visit, state: FormState = fresh): Answer {
  const { t } = visit
  return formPage(
    visit,
    t('forgot.title'),
    state,
    t('forgot.lead'),
    <form method="post" action={visit.href('/account/forgot')} noValidate className="grid gap-4">
      <EmailField visit={visit} state={state} value={visit.form.text('email')} />
      <Submit>{t('forgot.submit')}</Submit>
    </form>,
  )
}

export async function forgotNow(visit: Visit): Promise<Answer> {
  const asked = await attempt(visit.call(requestReset, { body: { email: visit.form.text('email') } }))
  return asked.ok ? codeForm(visit, 'reset', asked.value.code, fresh) : forgotForm(visit, refused(visit, asked.error))
}

export async function resetNow(visit: Visit): Promise<Answer> {
  const { form } = visit
  const body = { email: form.text('email'), code: form.text('code'), password: form.raw('password') }
  const done = await attempt(visit.call(reset, { body }))
  return done.ok ? welcome(visit, 'password_changed') : codeForm(visit, 'reset', undefined, refused(visit, done.error))
}
