import pg from 'pg'

/**
 * int8 and whole numerics as numbers: amounts are minor units and stay far below 2^53. One that does not is refused
 * rather than rounded.
 */
export function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`)
  return value
}

const parseNumeric = (text: string): number | string => (/^-?\d+$/.test(text) ? parseInteger(text) : text)

/** How values of Postgres read here, for every connection of this process. */
export const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === 20) return parseInteger
    if (oid === 1700) return parseNumeric
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/**
 * A parameter as Postgres takes it: text, bytes or null. Objects become JSON, arrays the literal of a Postgres array.
 * @throws RangeError for an invalid date and one before year 1
 */
export function encode(value: unknown): string | Buffer | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return String(value)
  if (value instanceof Date) return instant(value)
  if (Array.isArray(value)) return arrayLiteral(value)
  if (Buffer.isBuffer(value)) return value
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return JSON.stringify(value)
}

function instant(date: Date): string {
  const text = date.toISOString()
  if (text.startsWith('-')) throw new RangeError(`${text} is before year 1`)
  // ISO 8601 writes years beyond 9999 with a sign and six digits, Postgres without
  return text.startsWith('+') ? text.slice(1).replace(/^0+/, '') : text
}

function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join(',')}}`
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return arrayLiteral(value)
  const text = encode(value)
  if (text === null) return 'NULL'
  if (typeof text !== 'string') return `"\\\\x${text.toString('hex')}"`
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
