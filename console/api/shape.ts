import { I18nText, Money } from '@cityos/contract'

/** What a field is, so that a screen knows how to show it and how to ask for it. */
export type FieldKind = 'money' | 'i18n' | 'when' | 'status' | 'choice' | 'flag' | 'number' | 'id' | 'text' | 'texts' | 'object' | 'rows'

export interface FieldShape {
  name: string
  kind: FieldKind
  required: boolean
  /** Values of an enumeration. */
  choices?: readonly string[]
}

interface Schema {
  def: { type: string; innerType?: Schema; element?: Schema; format?: string; entries?: Record<string, string>; in?: Schema; out?: Schema }
  shape?: Record<string, Schema>
}

function unwrap(schema: Schema): { inner: Schema; required: boolean } {
  let inner = schema
  let required = true
  while (inner.def.innerType && ['optional', 'nullable', 'default', 'prefault', 'readonly', 'catch'].includes(inner.def.type)) {
    if (inner.def.type !== 'readonly') required = false
    inner = inner.def.innerType
  }
  return { inner, required }
}

function kindOf(name: string, schema: Schema): FieldKind {
  if ((schema as unknown) === Money) return 'money'
  if ((schema as unknown) === I18nText) return 'i18n'
  const type = schema.def.type
  if (type === 'enum') return name === 'status' || name.endsWith('_status') ? 'status' : 'choice'
  if (type === 'boolean' || (type === 'pipe' && schema.def.out?.def.type === 'boolean')) return 'flag'
  if (type === 'number' || type === 'int' || type === 'bigint') return 'number'
  if (type === 'array') return schema.def.element?.def.type === 'object' ? 'rows' : 'texts'
  if (type === 'object') return isMoney(schema) ? 'money' : isText(schema) ? 'i18n' : 'object'
  if (type === 'record') return 'object'
  if (schema.def.format === 'datetime' || name.endsWith('_at') || name.endsWith('_until')) return 'when'
  if (name === 'status') return 'status'
  if (name === 'id' || name.endsWith('_id') || name === 'sku') return 'id'
  return 'text'
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
    const { inner: own, required } = unwrap(field)
    const choices = own.def.type === 'enum' ? Object.values(own.def.entries ?? {}) : undefined
    return { name, kind: kindOf(name, own), required, choices }
  })
}

/** One field of a contract's schema; a name that is not there is a mistake of the screen, so it throws. */
export function fieldOf(schema: unknown, name: string): FieldShape {
  const found = fieldsOf(schema).find((field) => field.name === name)
  if (!found) throw new Error(`The contract has no field ${name}`)
  return found
}
