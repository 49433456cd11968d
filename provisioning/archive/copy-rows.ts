import { createHash } from 'node:crypto'
import type { CopyRequest } from './archive.ts'
import { ColumnCipher, indexKinds } from './column-cipher.ts'
import type { TableShape } from './manifest.ts'
import { Mask } from './mask.ts'
import type { CopyRules } from './rules.ts'

const sealedValue = /(?<![\w-])v(\d+)\.([\w-]{38,})/g
const indexValue = /^[\w-]{43}$/

/**
 * What a row goes through on its way into a copy: sealed values are opened with the original's key and sealed with the
 * copy's, look-up values follow the text they stand for, and on request persons are made up. Rows are in COPY's text
 * format, in which neither sealed nor look-up values need an escape.
 */
export class CopyRows {
  private readonly from: ColumnCipher
  private readonly to: ColumnCipher
  private readonly mask: Mask | null
  private readonly rules: CopyRules
  rekeyed = 0

  constructor(copy: CopyRequest, rules: CopyRules) {
    this.from = new ColumnCipher(copy.fromKey)
    this.to = new ColumnCipher(copy.toKey)
    this.mask = copy.maskPersonalData ? new Mask(copy.fromKey) : null
    this.rules = rules
  }

  get masked(): number {
    return this.mask?.replaced ?? 0
  }

  leavesOut(table: string): boolean {
    return this.rules.left_out.includes(table) || (this.mask !== null && this.rules.left_out_masked.includes(table))
  }

  /**
   * @param required columns that may not be null
   * @returns what to do with each row of the table; null: they go in as they are
   */
  forTable(table: TableShape, required: ReadonlySet<string>): ((row: Buffer) => Buffer) | null {
    if (this.rules.verbatim.includes(table.name)) return null
    const secrets = this.rules.secrets[table.name] ?? []
    const cleared = this.mask ? (this.rules.free_text[table.name] ?? []) : []
    const derived = Object.entries(this.rules.derived[table.name] ?? {}).map(
      ([column, text]) => [table.columns.indexOf(column), text] as const,
    )
    const clears = table.columns.map((column) => (cleared.includes(column) ? (required.has(column) ? '–' : '\\N') : null))
    return (row) => {
      const text = row.toString('utf8')
      if (!this.mask && derived.length === 0 && !text.includes('v1.')) return row
      const fields = text.split('\t')
      const indexes = new Map<string, string>()
      const looksUp = fields.some((field) => indexValue.test(field))
      let changed = false
      fields.forEach((field, at) => {
        const clear = clears[at]
        if (clear && field !== '\\N') {
          fields[at] = clear
          changed = true
          return
        }
        const column = table.columns[at]!
        const next = this.field(field, column, secrets.includes(column), looksUp ? indexes : null)
        if (next === field) return
        fields[at] = next
        changed = true
      })
      for (const [at, template] of derived) {
        const text = template.replace(/\{(\w+)\}/g, (_, column: string) => fields[table.columns.indexOf(column)] ?? '')
        if (fields[at] !== tokenHash(this.from, text)) continue
        fields[at] = tokenHash(this.to, text)
        changed = true
      }
      if (indexes.size > 0) {
        fields.forEach((field, at) => {
          const follows = indexes.get(field)
          if (follows) fields[at] = follows
        })
      }
      return changed ? Buffer.from(fields.join('\t'), 'utf8') : row
    }
  }

  private field(field: string, column: string, isSecret: boolean, indexes: Map<string, string> | null): string {
    const resealed = field.includes('v1.')
      ? field.replace(sealedValue, (whole, version: string, body: string) => {
          const before = this.from.decrypt(Number(version), body)
          if (before === null) return whole
          const after = this.mask && !isSecret ? this.mask.sealed(column, before) : before
          this.rekeyed += 1
          if (indexes) this.follow(before, after, indexes)
          return this.to.encrypt(after)
        })
      : field
    if (!this.mask || isSecret) return resealed
    // What was just sealed cannot hold an address in the clear; everything else may.
    return resealed === field ? this.mask.row(field) : resealed
  }

  /** Notes what every look-up value of these texts becomes: of the text itself, or of each text of a document. */
  private follow(before: string, after: string, indexes: Map<string, string>): void {
    const [was, is] = [leaves(before), leaves(after)]
    was.forEach((text, at) => {
      for (const kind of indexKinds) indexes.set(this.from.index(kind, text), this.to.index(kind, is[at] ?? ''))
    })
  }
}

/** What is stored of a token that is derived from a text: its SHA-256. */
function tokenHash(cipher: ColumnCipher, text: string): string {
  return createHash('sha256').update(cipher.index('token', text)).digest('base64url')
}

/** The texts of a value: itself, or those inside when it is a JSON document. */
function leaves(text: string): string[] {
  if (!/^[[{]/.test(text)) return [text]
  try {
    const found: string[] = []
    const walk = (value: unknown): void => {
      if (typeof value === 'string') found.push(value)
      else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) walk(item)
    }
    walk(JSON.parse(text))
    return found
  } catch (error) {
    if (error instanceof SyntaxError) return [text]
    throw error
  }
}
