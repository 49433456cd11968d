import { direction, type Locale } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'

/** The words of one kind of message in one language, as ICU messages. */
export interface MailTexts {
  subject: string
  heading: string
  /** Paragraphs. */
  lines: readonly string[]
  /** Label of the button that leads to `parameters.url`. */
  action?: string
  /** Smaller, below the button: why it came, what to do if it was not asked for. */
  note?: string
}

/** What fills the words: shown, or, as `choice`, what a `select` in them goes by. */
export type MailParameters = Readonly<Record<string, string | number | { choice: string }>>

/** One line of the small table below the paragraphs: a thing that was bought, a time, a number. */
export interface MailFact {
  label: string
  value: string
}

export interface Composed {
  subject: string
  text: string
  html: string
}

/** What surrounds every message: whose it is. */
export interface MailFrame {
  /** Name of the sender as readers know it. */
  sender: string
  /** `#rrggbb` of the button. */
  colour: string
  /** `#rrggbb` of what stands on it; white when left out. */
  onColour?: string
  /** Web address of a picture that stands for the name. */
  logo?: string | null
}

/** Marks of a value within a sentence of the other direction (Unicode TR9): a number or a name keeps its own order. */
const isolate = '\u2068'
const endIsolate = '\u2069'

/**
 * Makes subject, plain text and HTML of a message. Values are text, never markup: they are escaped in HTML, stripped of
 * line breaks and of direction marks, and set apart where the sentence runs from right to left.
 * @param parameters `url` is where the button leads (http or https)
 * @param facts values below the paragraphs, in the reader's language already
 */
export function compose(
  locale: Locale,
  texts: MailTexts,
  parameters: MailParameters,
  frame: MailFrame,
  facts: readonly MailFact[] = [],
): Composed {
  const values = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, filling(value)]))
  const say = (message: string) => String(formatOf(message, locale).format(values))
  const url = texts.action === undefined ? null : linkOf(parameters['url'])
  const heading = say(texts.heading)
  const lines = texts.lines.map(say)
  const note = texts.note === undefined ? null : say(texts.note)
  const action = texts.action === undefined ? null : say(texts.action)
  const plain = locale === 'ar' ? (text: string) => text : withoutMarks
  const apart = facts.map(({ label, value }) => ({ label: clean(label), value: `${isolate}${clean(value)}${endIsolate}` }))
  const listed = apart.length > 0 ? [apart.map(({ label, value }) => `${label}: ${value}`).join('\n')] : []
  const text = [heading, ...lines, ...listed, ...(url ? [`${action}:\n${url}`] : []), ...(note ? [note] : []), `— ${frame.sender}`]
    .map(plain)
    .join('\n\n')
  return {
    subject: withoutMarks(say(texts.subject)),
    text: `${text}\n`,
    html: page(locale, { heading, lines, facts: apart, url, action, note }, frame),
  }
}

/** Parsed messages by language: the texts of a release are few, and making one of them takes longer than filling it. */
const formats = new Map<string, IntlMessageFormat>()

function formatOf(message: string, locale: Locale): IntlMessageFormat {
  const key = `${locale} ${message}`
  let format = formats.get(key)
  if (!format) {
    format = new IntlMessageFormat(message, locale)
    formats.set(key, format)
  }
  return format
}

function page(
  locale: Locale,
  shown: { heading: string; lines: string[]; facts: MailFact[]; url: string | null; action: string | null; note: string | null },
  frame: MailFrame,
): string {
  const align = direction(locale) === 'rtl' ? 'right' : 'left'
  const paragraph = 'margin:0 0 16px;font-size:16px;line-height:1.6'
  const lines = shown.lines.map((line) => `<p style="${paragraph}">${markup(line)}</p>`).join('\n')
  const cell = 'padding:8px 0;border-bottom:1px solid #e3ebe8;font-size:15px;line-height:1.5;vertical-align:top'
  const far = align === 'left' ? 'right' : 'left'
  const rows = shown.facts.map(
    ({ label, value }) =>
      `<tr><td style="${cell};text-align:${align}">${markup(label)}</td><td style="${cell};text-align:${far}">${markup(value)}</td></tr>`,
  )
  const table =
    rows.length > 0
      ? `<table role="presentation" style="width:100%;border-collapse:collapse;margin:0 0 16px">\n${rows.join('\n')}\n</table>`
      : ''
  const name = escapeHtml(frame.sender)
  const brand = frame.logo ? `<img src="${escapeHtml(frame.logo)}" alt="${name}" height="36" style="height:36px;max-width:100%">` : name
  const button =
    shown.url && shown.action
      ? `<p style="margin:24px 0"><a href="${escapeHtml(shown.url)}" style="display:inline-block;padding:12px 22px;border-radius:10px;background:${frame.colour};color:${frame.onColour ?? '#ffffff'};font-weight:700;text-decoration:none">${markup(shown.action)}</a></p>
<p dir="ltr" style="margin:0 0 16px;font-size:13px;line-height:1.5;color:#52635f;word-break:break-all;text-align:${align}"><a href="${escapeHtml(shown.url)}" style="color:#52635f">${escapeHtml(shown.url)}</a></p>`
      : ''
  const note = shown.note ? `<p style="margin:24px 0 0;font-size:13px;line-height:1.5;color:#52635f">${markup(shown.note)}</p>` : ''
  return `<!doctype html>
<html lang="${locale}" dir="${direction(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${markup(shown.heading)}</title></head>
<body style="margin:0;padding:24px 12px;background:#eef4f2;color:#10201d;font-family:system-ui,'Segoe UI','Noto Sans Arabic',Tahoma,sans-serif;text-align:${align}">
<div style="max-width:34rem;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #c9d6d2;border-radius:14px">
<p style="margin:0 0 20px;font-weight:700;color:${frame.colour}">${brand}</p>
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.35">${markup(shown.heading)}</h1>
${lines}
${table}
${button}
${note}
</div>
</body>
</html>
`
}

/** Escapes a sentence and turns the marks around its values into elements. */
function markup(sentence: string): string {
  return escapeHtml(sentence).replaceAll(isolate, '<bdi>').replaceAll(endIsolate, '</bdi>')
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** One line, without characters that turn the direction of what follows. */
function clean(value: string): string {
  return value
    .replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F]/g, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
}

function withoutMarks(text: string): string {
  return text.replaceAll(isolate, '').replaceAll(endIsolate, '')
}

function filling(value: MailParameters[string]): string | number {
  if (typeof value === 'object') return value.choice
  return typeof value === 'number' ? value : `${isolate}${clean(value)}${endIsolate}`
}

/** @throws Error for anything but a web address */
function linkOf(url: MailParameters[string] | undefined): string {
  if (typeof url === 'string' && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)) return new URL(url).href
  throw new Error('a message with a button needs parameters.url, a web address')
}
