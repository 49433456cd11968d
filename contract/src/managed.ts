import { z } from 'zod'
import { type Endpoint, endpoint, listEndpoint, staff, vendor } from './endpoint.ts'
import type { ErrorCode } from './errors.ts'
import { type PatchOf, patchOf } from './patch.ts'

const ById = z.object({ id: z.string().max(64) })
const Removed = z.object({ id: z.string() })
/** Version of the row that was read; when another was written meanwhile: 409 stale_version. */
const versioned = { version: z.int().optional() }

type Nothing = z.ZodObject<Record<never, z.ZodType>>
type Patch<Shape extends z.ZodRawShape> = z.ZodObject<PatchOf<Shape>['shape'] & { version: z.ZodOptional<z.ZodInt> }>

/**
 * A noun that staff list, read, add, change and remove: plain rows without states. What has states gets verbs instead
 * (`POST …/{id}/confirm`, design §6).
 */
export interface ManagedNoun<
  Shape extends z.ZodObject = z.ZodObject,
  Input extends z.ZodRawShape = z.ZodRawShape,
  Filter extends z.ZodObject = Nothing,
> {
  /** The field's word for it, singular: `mealtime`. */
  noun: string
  /** Null for a noun of the core. */
  vertical: string | null
  input: z.ZodObject<Input>
  shape: Shape
  filter: Filter
  list: ReturnType<typeof listEndpoint<Nothing, Filter, Shape>>
  get: Endpoint<typeof ById, Nothing, Nothing, Shape, 'one'>
  create: Endpoint<Nothing, Nothing, z.ZodObject<Input>, Shape, 'one'>
  update: Endpoint<typeof ById, Nothing, Patch<Input>, Shape, 'one'>
  remove: Endpoint<typeof ById, Nothing, Nothing, typeof Removed, 'one'>
}

export interface ManagedDeclaration<Shape extends z.ZodObject, Input extends z.ZodRawShape, Filter extends z.ZodObject> {
  noun: string
  /** Last segment of the path below `/v1/<surface>/`, plural: `mealtimes`. */
  path: string
  surface: 'vendor' | 'admin'
  /** What permission is asked for: `read` and `write` on this subject. */
  subject: string
  /** Null for a noun of the core, which is there whatever is sold. */
  vertical: string | null
  /** What a row is called in summaries: `['a mealtime', 'mealtimes']`. */
  called: readonly [one: string, many: string]
  /** What is answered: the row's `id` and `version` and whatever else is shown. */
  shape: Shape
  /** What is sent to add one; a change may name any part of it. */
  input: z.ZodObject<Input>
  /** Fields the list filters by, besides limit, offset, order and q. */
  filter?: Filter
  errors?: readonly ErrorCode[]
}

/** Declares the five operations of a noun. Rows are stored and served by `ManagedRows` of the data plane. */
export function managedNoun<Shape extends z.ZodObject, Input extends z.ZodRawShape, Filter extends z.ZodObject = Nothing>(
  declared: ManagedDeclaration<Shape, Input, Filter>,
): ManagedNoun<Shape, Input, Filter> {
  const { noun, surface, subject, vertical, called, shape, input, errors = [] } = declared
  const path = `/v1/${surface}/${declared.path}`
  const one = `${path}/{id}`
  const may = (action: string) => (surface === 'vendor' ? vendor(action, subject) : staff(action, subject))
  const id = (verb: string) => `${surface}.${noun}.${verb}`
  const filter = (declared.filter ?? z.object({})) as Filter
  const patch = patchOf(input).extend(versioned) as unknown as Patch<Input>
  const owner = vertical === null ? {} : { vertical }
  const shared = { ...owner, response: shape }
  return {
    noun,
    vertical,
    input,
    shape,
    filter,
    list: listEndpoint({
      ...shared,
      id: id('list'),
      method: 'GET',
      path,
      summary: `Lists ${called[1]}`,
      access: may('read'),
      query: filter,
    }),
    get: endpoint({ ...shared, id: id('get'), method: 'GET', path: one, summary: `Reads ${called[0]}`, access: may('read'), params: ById }),
    create: endpoint({
      ...shared,
      id: id('create'),
      method: 'POST',
      path,
      summary: `Adds ${called[0]}`,
      access: may('write'),
      body: input,
      status: 201,
      errors: ['already_exists', 'validation_failed', ...errors],
    }),
    update: endpoint({
      ...shared,
      id: id('update'),
      method: 'PATCH',
      path: one,
      summary: `Changes ${called[0]}; what is left out stays`,
      access: may('write'),
      params: ById,
      body: patch,
      errors: ['already_exists', 'stale_version', 'validation_failed', ...errors],
    }),
    remove: endpoint({
      id: id('remove'),
      method: 'DELETE',
      path: one,
      summary: `Removes ${called[0]}; 422 while something needs it`,
      access: may('write'),
      ...owner,
      params: ById,
      response: Removed,
      errors: ['validation_failed', ...errors],
    }),
  }
}
