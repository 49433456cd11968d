import { I18nText, Money } from '@cityos/contract'

/** What a field is, so that a screen knows how to show it and how to ask for it. */
export type FieldKind =
  | 'money'
  | 'i18n'
  | 'when'
  | 'date'
  | 'time'
  | 'status'
  | 'choice'
  | 'flag'
  | 'number'
  | 'bps'
  | 'id'
  | 'text'
  | 'texts'
  | 'numbers'
  | 'object'
  | 'rows'

export interface FieldShape {
  name: string
  kind: FieldKind
  required: boolean
  /** May be sent as null; what may not is left out when it is empty. */
  nullable: boolean
  /** What the server takes when nothing is sent. */
  initial?: unknown
  /** Values of an enumeration, or of the items of a list of them. */
  choices?: readonly string[]
  /** Fields of each row, of a list of objects. */
  row?: FieldShape[]
}

interface Schema {
  def: {
    type: string
    innerType?: Schema
    element?: Schema
    format?: string
    entries?: Record<string, string>
    in?: Schema
    out?: Schema
    defaultValue?: unknown
    checks?: { _zod?: { def?: { pattern?: RegExp } } }[]
  }
  shape?: Record<string, Schema>
}

function unwrap(schema: Schema): { inner: Schema; required: boolean; nullable: boolean; initial?: unknown } {
  let inner = schema
  let required = true
  let nullable = false
  let initial: unknown
  while (inner.def.innerType && ['optional', 'nullable', 'default', 'prefault', 'readonly', 'catch'].includes(inner.def.type)) {
    if (inner.def.type !== 'readonly') required = false
    if (inner.def.type === 'nullable') nullable = true
    if (inner.def.type === 'default') initial = inner.def.defaultValue
    inner = inner.def.innerType
  }
  return { inner, required, nullable, initial }
}

/** `HH:MM` is declared by its pattern; a string of that pattern is a time of day. */
const isClockTime = (schema: Schema): boolean =>
  (schema.def.checks ?? []).some((check) => check._zod?.def?.pattern?.source.startsWith('^([01]\\d|2[0-3]):') === true)

function kindOf(name: string, schema: Schema): FieldKind {
  if ((schema as unknown) === Money) return 'money'
  if ((schema as unknown) === I18nText) return 'i18n'
  const type = schema.def.type
  if (type === 'enum') return name === 'status' || name.endsWith('_status') ? 'status' : 'choice'
  if (type === 'boolean' || (type === 'pipe' && schema.def.out?.def.type === 'boolean')) return 'flag'
  if (type === 'number' || type === 'int' || type === 'bigint') return name === 'bps' || name.endsWith('_bps') ? 'bps' : 'number'
  if (type === 'array') return kindOfItems(schema.def.element)
  if (type === 'object') return isMoney(schema) ? 'money' : isText(schema) ? 'i18n' : 'object'
  if (type === 'record') return 'object'
  if (schema.def.format === 'date') return 'date'
  if (isClockTime(schema)) return 'time'
  if (schema.def.format === 'datetime' || name.endsWith('_at') || name.endsWith('_until')) return 'when'
  if (name === 'status') return 'status'
  if (name === 'id' || name.endsWith('_id') || name === 'sku') return 'id'
  return 'text'
}

function kindOfItems(element: Schema | undefined): FieldKind {
  if (element?.def.type === 'object') return 'rows'
  return element?.def.type === 'number' || element?.def.type === 'int' ? 'numbers' : 'texts'
}

const isMoney = (schema: Schema): boolean => sameKeys(schema, ['amount', 'currency'])
const isText = (schema: Schema): boolean => sameKeys(schema, ['ar', 'en', 'fr'])
const sameKeys = (schema: Schema, keys: string[]): boolean =>
  Object.keys(schema.shape ?? {})
    .sort()
    .join() === keys.join()

/** The fields of a zod object of a contract, in the order it declares them. */
export function fieldsOf(schema: unknown): FieldShape[] {
  const { inner } = unwrap(schema as Schema)
  return Object.entries(inner.shape ?? {}).map(([name, field]) => {
    const { inner: own, required, nullable, initial } = unwrap(field)
    const kind = kindOf(name, own)
    const named = own.def.type === 'array' ? own.def.element : own
    const choices = named?.def.type === 'enum' ? Object.values(named.def.entries ?? {}) : undefined
    const row = kind === 'rows' || kind === 'object' ? fieldsOf(own.def.element ?? own) : undefined
    return { name, kind, required, nullable, initial, choices, row }
  })
}

/** One field of a contract's schema; a name that is not there is a mistake of the screen, so it throws. */
export function fieldOf(schema: unknown, name: string): FieldShape {
  const found = fieldsOf(schema).find((field) => field.name === name)
  if (!found) throw new Error(`The contract has no field ${name}`)
  return found
}
