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

export type MailParameters = Readonly<Record<string, string | number>>

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
}

/** Marks of a value within a sentence of the other direction (Unicode TR9): a number or a name keeps its own order. */
const isolate = '\u2068'
const endIsolate = '\u2069'

/**
 * Makes subject, plain text and HTML of a message. Values are text, never markup: they are escaped in HTML, stripped of
 * line breaks and of direction marks, and set apart where the sentence runs from right to left.
 * @param parameters `url` is where the button leads (http or https)
 */
export function compose(locale: Locale, texts: MailTexts, parameters: MailParameters, frame: MailFrame): Composed {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === 'number' ? value : `${isolate}${clean(value)}${endIsolate}`]),
  )
  const say = (message: string) => String(new IntlMessageFormat(message, locale).format(values))
  const url = texts.action === undefined ? null : linkOf(parameters['url'])
  const heading = say(texts.heading)
  const lines = texts.lines.map(say)
  const note = texts.note === undefined ? null : say(texts.note)
  const action = texts.action === undefined ? null : say(texts.action)
  const plain = locale === 'ar' ? (text: string) => text : withoutMarks
  const text = [heading, ...lines, ...(url ? [`${action}:\n${url}`] : []), ...(note ? [note] : []), `— ${frame.sender}`]
    .map(plain)
    .join('\n\n')
  return {
    subject: withoutMarks(say(texts.subject)),
    text: `${text}\n`,
    html: page(locale, { heading, lines, url, action, note }, frame),
  }
}

function page(
  locale: Locale,
  shown: { heading: string; lines: string[]; url: string | null; action: string | null; note: string | null },
  frame: MailFrame,
): string {
  const align = direction(locale) === 'rtl' ? 'right' : 'left'
  const paragraph = 'margin:0 0 16px;font-size:16px;line-height:1.6'
  const lines = shown.lines.map((line) => `<p style="${paragraph}">${markup(line)}</p>`).join('\n')
  const button =
    shown.url && shown.action
      ? `<p style="margin:24px 0"><a href="${escapeHtml(shown.url)}" style="display:inline-block;padding:12px 22px;border-radius:10px;background:${frame.colour};color:#ffffff;font-weight:700;text-decoration:none">${markup(shown.action)}</a></p>
<p dir="ltr" style="margin:0 0 16px;font-size:13px;line-height:1.5;color:#52635f;word-break:break-all;text-align:${align}"><a href="${escapeHtml(shown.url)}" style="color:#52635f">${escapeHtml(shown.url)}</a></p>`
      : ''
  const note = shown.note ? `<p style="margin:24px 0 0;font-size:13px;line-height:1.5;color:#52635f">${markup(shown.note)}</p>` : ''
  return `<!doctype html>
<html lang="${locale}" dir="${direction(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${markup(shown.heading)}</title></head>
<body style="margin:0;padding:24px 12px;background:#eef4f2;color:#10201d;font-family:system-ui,'Segoe UI','Noto Sans Arabic',Tahoma,sans-serif;text-align:${align}">
<div style="max-width:34rem;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #c9d6d2;border-radius:14px">
<p style="margin:0 0 20px;font-weight:700;color:${frame.colour}">${escapeHtml(frame.sender)}</p>
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.35">${markup(shown.heading)}</h1>
${lines}
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

/** @throws Error for anything but a web address */
function linkOf(url: string | number | undefined): string {
  if (typeof url === 'string' && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)) return new URL(url).href
  throw new Error('a message with a button needs parameters.url, a web address')
}
