import { endpoint, I18nText, listEndpoint, patchOf, staff } from '@cityos/contract'
import { z } from 'zod'

/** What every entry of the hierarchy has; a kind adds its own fields beside these. */
const Entry = z.object({
  id: z.string(),
  /** Unique in its kind (for stores and portals: in its tenant). */
  code: z.string(),
  name: I18nText,
  status: z.enum(['active', 'inactive']),
  position: z.int(),
  /** Entries directly below it, and tenants it governs. */
  children: z.int(),
  tenants: z.int(),
  /** What the caller may do with it: PATCH and DELETE. */
  actions: z.array(z.enum(['change', 'remove'])),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

const Given = z.object({
  code: z.string(),
  name: I18nText.refine((name) => Boolean(name.en?.trim()), { message: 'a name in English is needed' }),
  status: z.enum(['active', 'inactive']).default('active'),
  position: z.int().min(0).max(100_000).default(0),
})

const ById = z.object({ id: z.string().max(64) })

/** Whose an entry is: the city's, or a tenant's. */
type Ownership = 'city' | 'tenant' | 'either'

/** Where an entry belongs; each kind has one of the two fields, or none. */
type Placement = {
  parent_id: z.ZodOptional<z.ZodNullable<z.ZodString>>
  tenant_id: z.ZodOptional<z.ZodNullable<z.ZodString>>
}

/** What makes a kind: its words, its parent, and the fields only it has. */
export interface HierarchyKind {
  kind: string
  /** Last segment of `/api/v1/…`. */
  path: string
  called: readonly [one: string, many: string]
  code: RegExp
  /** Kind of the entry it lies under; null: none. Authorities lie under the authority of the level above. */
  parent: string | null
  parentOptional?: boolean
  ownership: Ownership
}

/**
 * Declares the five operations of one kind of the hierarchy (list, read, create, change, remove). All kinds are rows of one
 * table, served by one service; only their own fields and rules differ.
 */
export function hierarchyNoun<const Kind extends string, Own extends z.ZodRawShape>(
  declared: HierarchyKind & { kind: Kind; own: z.ZodObject<Own> },
) {
  const { kind, path, called, own, parent, ownership } = declared
  const place = {
    ...(parent ? { parent_id: declared.parentOptional ? z.string().max(64).nullable().default(null) : z.string().max(64) } : {}),
    ...(ownership === 'tenant' ? { tenant_id: z.string().max(64) } : {}),
    ...(ownership === 'either' ? { tenant_id: z.string().max(64).nullable().default(null) } : {}),
  } as unknown as Placement
  const shown = {
    ...(parent ? { parent_id: z.string().nullable() } : {}),
    ...(ownership === 'city' ? {} : { tenant_id: z.string().nullable() }),
  } as unknown as Placement
  const code = z.string().regex(declared.code, `a code such as ${declared.code.source}`)
  const shape = Entry.extend(shown).extend(own.shape)
  const input = Given.extend({ code }).extend(place).extend(own.shape)
  const base = `/api/v1/${path}`
  const filter = z.object({
    status: z.enum(['active', 'inactive']).optional(),
    ...(parent ? { parent_id: z.string().optional() } : {}),
    ...(ownership === 'city' ? {} : { tenant_id: z.string().optional() }),
  })
  const one = { path: `${base}/{id}`, params: ById, response: shape }
  return {
    ...declared,
    shape,
    input,
    list: listEndpoint({
      id: `${kind}.list`,
      method: 'GET',
      path: base,
      summary: `Lists ${called[1]}`,
      access: staff('read', 'hierarchy'),
      query: filter,
      response: shape,
    }),
    read: endpoint({ ...one, id: `${kind}.read`, method: 'GET', summary: `Reads ${called[0]}`, access: staff('read', 'hierarchy') }),
    create: endpoint({
      id: `${kind}.create`,
      method: 'POST',
      path: base,
      summary: `Adds ${called[0]}`,
      access: staff('create', 'hierarchy'),
      body: input,
      response: shape,
      status: 201,
      errors: ['already_exists', 'invalid_parent_type', 'validation_failed'],
    }),
    change: endpoint({
      ...one,
      id: `${kind}.change`,
      method: 'PATCH',
      summary: `Changes ${called[0]}; what is left out stays`,
      access: staff('update', 'hierarchy'),
      body: patchOf(input).extend({ version: z.int().optional() }),
      errors: ['already_exists', 'invalid_parent_type', 'stale_version', 'validation_failed'],
    }),
    remove: endpoint({
      id: `${kind}.remove`,
      method: 'DELETE',
      path: `${base}/{id}`,
      summary: `Removes ${called[0]}; refused while something needs it`,
      access: staff('delete', 'hierarchy'),
      params: ById,
      response: z.object({ id: z.string() }),
      errors: ['validation_failed'],
    }),
  }
}
