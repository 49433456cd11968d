import { ApiError } from '@cityos/contract'
import { Failure } from './failure.ts'
import { Unreachable } from './transport.ts'

const terminal = process.stderr.isTTY === true
const colour = terminal && !process.env['NO_COLOR']
const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

export const bold = (text: string): string => paint(1, text)
export const faint = (text: string): string => paint(2, text)
export const green = (text: string): string => paint(32, text)
export const red = (text: string): string => paint(31, text)

/** A line for the person watching; never on standard output, which belongs to results. */
export function say(line = ''): void {
  process.stderr.write(`${line}\n`)
}

/** The one JSON document of `--json`. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

/** Columns as wide as their widest cell; nothing at all says so in words. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
  if (rows.length === 0) {
    process.stdout.write(`${empty}\n`)
    return
  }
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  process.stdout.write(`${line(headings.map((heading) => heading.toUpperCase()))}\n${rows.map((row) => `${line(row)}\n`).join('')}`)
}

/** Name and value, one pair a line. */
export function printFacts(facts: Record<string, string | number | null | undefined>): void {
  const width = Math.max(...Object.keys(facts).map((name) => name.length))
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined) process.stdout.write(`${name.padEnd(width)}  ${value ?? '–'}\n`)
}

/**
 * Live steps: on a terminal the running step's line is redrawn, elsewhere each step is one line when it ends.
 * A step that took under 50 ms shows no time.
 */
export class Progress {
  #running: { name: string; since: number; timer: NodeJS.Timeout | undefined } | undefined

  start(name: string): void {
    this.#settle(green('✓'))
    const running = { name, since: performance.now(), timer: undefined as NodeJS.Timeout | undefined }
    if (terminal) {
      const draw = (): void => void process.stderr.write(`\r\u001b[K${faint('…')} ${name} ${faint(elapsed(running.since))}`)
      draw()
      running.timer = setInterval(draw, 200)
      running.timer.unref()
    }
    this.#running = running
  }

  /** A line of what has just happened; the running step goes on below it. */
  note(text: string): void {
    const running = this.#running
    if (terminal && running) process.stderr.write('\r\u001b[K')
    process.stderr.write(`${faint(`  ${text}`)}\n`)
  }

  /** Ends the running step with a better description of what happened. */
  done(description?: string): void {
    this.#settle(green('✓'), description)
  }

  fail(description?: string): void {
    this.#settle(red('✗'), description)
  }

  #settle(mark: string, description?: string): void {
    const running = this.#running
    if (!running) return
    clearInterval(running.timer)
    this.#running = undefined
    process.stderr.write(`${terminal ? '\r\u001b[K' : ''}${mark} ${description ?? running.name} ${faint(elapsed(running.since))}`.trimEnd())
    process.stderr.write('\n')
  }
}

function elapsed(since: number): string {
  const passed = (performance.now() - since) / 1000
  return passed < 0.05 ? '' : `${passed.toFixed(1)} s`
}

/** What went wrong, in words a person can act on. */
export function explain(error: unknown): string[] {
  if (error instanceof Failure) return [error.message, ...error.advice]
  if (error instanceof ApiError) {
    const lines = error.errors.map((each) => `${each.field ? `${each.field}: ` : ''}${each.message} (${each.code})`)
    const fields = error.errors.flatMap((each) => (each.details?.['fields'] as { field?: string; message?: string }[] | undefined) ?? [])
    return [
      ...lines,
      ...fields.map((field) => `${field.field ?? ''}: ${field.message ?? ''}`),
      ...(error.requestId ? [`request ${error.requestId}`] : []),
    ]
  }
  if (error instanceof Unreachable) return [error.message, 'Is the platform running? ./cityos status tells; ./cityos up starts it.']
  return [error instanceof Error ? (process.env['CITYOS_DEBUG'] ? (error.stack ?? error.message) : error.message) : String(error)]
}
