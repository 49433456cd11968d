import type { HTMLInputTypeAttribute, ReactNode } from 'react'
import { callingCode } from '../form.ts'
import { isMessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'

/** What is wrong with a form: field name → words that say what to do. `form` stands for the form as a whole. */
export type FieldErrors = Record<string, string>

export interface FieldProps {
  visit: Visit
  name: string
  label: string
  value?: string
  errors: FieldErrors
  type?: HTMLInputTypeAttribute
  autoComplete?: string
  hint?: string
  required?: boolean
  inputMode?: 'text' | 'numeric' | 'tel' | 'email'
  /** Machine-readable text (e-mail, phone, code) is written left to right in every language. */
  direction?: 'ltr'
  maxLength?: number
  minLength?: number
  className?: string
}

/** A labelled input; optional ones say so, errors stand below and are tied to it. */
export function Field(props: FieldProps) {
  const { visit, name, label, errors, type = 'text', hint, required = true } = props
  const error = errors[name]
  const described = [hint ? `${name}-hint` : '', error ? `${name}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className={`field ${props.className ?? ''}`}>
      <label htmlFor={name}>
        {label}
        {!required && <span className="quiet font-normal"> {visit.t('field.optional')}</span>}
      </label>
      {hint && (
        <p id={`${name}-hint`} className="quiet -mt-1 text-sm">
          {hint}
        </p>
      )}
      <input
        id={name}
        name={name}
        type={type}
        dir={props.direction}
        defaultValue={props.value}
        autoComplete={props.autoComplete}
        inputMode={props.inputMode}
        maxLength={props.maxLength ?? 200}
        minLength={props.minLength}
        data-message={invalidText(visit, name)}
        required={required}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described || undefined}
        className="control"
      />
      <FieldError name={name} error={error} />
    </div>
  )
}

/** What the browser says when the field is left half done: the same words as the server. */
function invalidText(visit: Visit, name: string): string | undefined {
  const key = `invalid.${name}`
  return isMessageKey(key) ? visit.t(key, { code: callingCode(visit.tenant.country) }) : undefined
}

export function FieldError({ name, error }: { name: string; error: string | undefined }) {
  if (!error) return null
  return (
    <p id={`${name}-error`} className="flex gap-1.5 font-semibold text-bad text-sm">
      <Icon name="warning" size={18} />
      {error}
    </p>
  )
}

/** All errors at the top, each a link to its field (GOV.UK error summary); it takes the focus when scripts run. */
export function ErrorSummary({ visit, errors }: { visit: Visit; errors: FieldErrors }) {
  const entries = Object.entries(errors)
  if (entries.length === 0) return null
  if (entries.length === 1 && errors['form']) return <Refusal text={errors['form']} />
  return (
    <div className="notice mb-6" data-tone="bad" role="alert" tabIndex={-1} data-focus="">
      <Icon name="warning" size={22} />
      <div>
        <h2 className="text-base">{visit.t('form.problem', { count: entries.length })}</h2>
        <ul className="mt-1">
          {entries.map(([name, message]) => (
            <li key={name}>
              {name === 'form' ? (
                message
              ) : (
                <a className="underline" href={`#${name}`}>
                  {message}
                </a>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

/** The form was right, the world said no: its words alone, no list of fields. */
function Refusal({ text }: { text: string }) {
  return (
    <div className="notice mb-6" data-tone="bad" role="alert" tabIndex={-1} data-focus="">
      <Icon name="warning" size={22} />
      <p>{text}</p>
    </div>
  )
}

/** A narrow page with one form on it. */
export function FormPage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className="shell max-w-lg! pt-10">
      <h1 className="text-3xl">{title}</h1>
      {lead && <div className="quiet mt-2">{lead}</div>}
      <div className="mt-6">{children}</div>
    </div>
  )
}
