import type { z } from 'zod'

/** The parts of a zod schema's definition that sampling reads. */
interface Definition {
  type: string
  innerType?: Schema
  element?: Schema
  options?: Schema[]
  entries?: Record<string, string>
  values?: unknown[]
  format?: string
  in?: Schema
  out?: Schema
  valueType?: Schema
  keyType?: Schema
}
interface Schema {
  def: Definition
  shape?: Record<string, Schema>
}

/** A generator of numbers that repeats itself for the same seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const words = ['Najd dates', 'Oud oil', 'Linen thobe', 'Palm basket', 'Cardamom coffee', 'Clay cup']
const arabic = ['تمور نجد', 'دهن عود', 'ثوب كتان', 'سلة نخيل', 'قهوة بالهيل', 'فنجان فخار']

/** An answer that fits `schema`; the same one for the same `next`. */
export function sample(schema: z.ZodType, next: () => number, name = ''): unknown {
  return make(schema as unknown as Schema, next, name)
}

function make(schema: Schema, next: () => number, name: string): unknown {
  const { def } = schema
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
      return make(def.innerType as Schema, next, name)
    case 'nullable':
      return name === 'failure' || name === 'operation_id' || name === 'closing_until' || name === 'deleted_at'
        ? null
        : make(def.innerType as Schema, next, name)
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.shape ?? {}).map(([key, field]) => [key, key === 'ar' ? pick(arabic) : make(field, next, key)]),
      )
    case 'array':
      return Array.from({ length: name === 'actions' ? 2 : 3 }, () => make(def.element as Schema, next, name))
    case 'record': {
      const keys = def.keyType?.def.entries ? Object.values(def.keyType.def.entries) : ['database', 'files']
      return Object.fromEntries(keys.map((key) => [key, make(def.valueType as Schema, next, key)]))
    }
    case 'enum':
      return pick(Object.values(def.entries ?? {}))
    case 'literal':
      return def.values?.[0]
    case 'union':
      return make(pick(def.options ?? []), next, name)
    case 'pipe':
      return make((def.out?.def.type === 'transform' ? def.in : def.out) as Schema, next, name)
    case 'boolean':
      return next() > 0.5
    case 'number':
    case 'int':
      return numberFor(name, next)
    case 'string':
      return textFor(def, name, next, pick)
    default:
      return null
  }
}

function numberFor(name: string, next: () => number): number {
  if (name.endsWith('bytes')) return Math.floor(next() * 90_000_000)
  if (name === 'amount' || name.endsWith('_amount')) return Math.floor(next() * 90_000)
  if (name.endsWith('_ms')) return Math.floor(next() * 4000)
  return Math.floor(next() * 60)
}

function textFor(def: Definition, name: string, next: () => number, pick: <T>(items: readonly T[]) => T): string {
  const serial = Math.floor(next() * 1e9)
  if (def.format === 'datetime' || name === 'at' || name.endsWith('_at') || name.endsWith('_until') || name.endsWith('deadline'))
    return new Date(Date.UTC(2026, 10, 22) + Math.floor(next() * 36e5)).toISOString()
  if (def.format === 'date' || name === 'date') return new Date(Date.UTC(2026, 10, 1 + (serial % 28))).toISOString().slice(0, 10)
  if (name.includes('currency')) return 'SAR'
  if (name === 'country') return 'SA'
  if (name === 'brand' || name.endsWith('.color')) return '#0b6b5c'
  if (name === 'email' || name.endsWith('_email') || name === 'owner') return `person${serial % 90}@souq.test`
  if (name.endsWith('url')) return 'http://souq.localhost:8080'
  if (name === 'phone') return '+966501234567'
  if (name === 'slug' || name === 'tenant_slug' || name === 'handle') return pick(['souq', 'dakkah', 'kafd-market', 'diriyah'])
  if (name === 'id' || name.endsWith('_id')) return `smp_${serial}`
  return pick(words)
}
