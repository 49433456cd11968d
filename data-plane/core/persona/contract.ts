import { anyone, endpoint, I18nText, managedNoun, staff } from '@cityos/contract'
import { z } from 'zod'

/** What a persona says about somebody; names are the field's proposal (docs/spec/infrastructure.md, persona). */
export const personaAxes = ['audience', 'socio_economic', 'geographic', 'interest', 'life_stage', 'accessibility'] as const

const Axes = z.record(z.string().max(40), z.array(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)).max(20))
export const PersonaConstraints = z.object({
  /** Nothing for adults is shown or sold. */
  kids_safe: z.boolean().default(false),
})
export type PersonaConstraints = z.infer<typeof PersonaConstraints>

export const Persona = z.object({
  id: z.string(),
  code: z.string(),
  name: I18nText,
  description: I18nText,
  axes: Axes,
  constraints: PersonaConstraints,
  /** Among several that fit, the highest leads. */
  priority: z.int(),
  status: z.enum(['active', 'inactive']),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const personas = managedNoun({
  noun: 'persona',
  path: 'personas',
  surface: 'admin',
  subject: 'settings',
  vertical: null,
  called: ['a persona', 'personas'],
  shape: Persona,
  input: z.object({
    code: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
    name: I18nText.refine((name) => Boolean(name.en?.trim() && name.ar?.trim()), { message: 'a name in English and Arabic is needed' }),
    description: I18nText.default({}),
    axes: Axes.default({}),
    constraints: PersonaConstraints.default({ kids_safe: false }),
    priority: z.int().min(0).max(1_000).default(0),
    status: z.enum(['active', 'inactive']).default('active'),
  }),
  filter: z.object({ status: z.enum(['active', 'inactive']).optional() }),
})
export const { list: listPersonas, get: readPersona, create: createPersona, update: changePersona, remove: removePersona } = personas

/** `session` and `customer` are chosen by the person; staff decide for a surface and for the whole shop. */
export const PersonaSource = z.enum(['session', 'surface', 'customer', 'tenant', 'none'])

export const PersonaAssignment = z.object({
  id: z.string(),
  persona_id: z.string(),
  code: z.string(),
  subject_kind: z.enum(['surface', 'tenant']),
  subject_id: z.string(),
  expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
})

export const listAssignments = endpoint({
  id: 'admin.persona.assignments',
  method: 'GET',
  path: '/v1/admin/persona-assignments',
  summary: 'Which persona surfaces and the shop as a whole have; what people chose for themselves is theirs',
  access: staff('read', 'settings'),
  response: z.object({ assignments: z.array(PersonaAssignment) }),
})

export const assignPersona = endpoint({
  id: 'admin.persona.assign',
  method: 'POST',
  path: '/v1/admin/personas/{id}/assign',
  summary: 'Gives a surface (`store`, `api`), or the whole shop, a persona until a moment; the former one goes',
  access: staff('write', 'settings'),
  params: z.object({ id: z.string().max(64) }),
  body: z.object({
    subject_kind: z.enum(['surface', 'tenant']),
    subject_id: z.enum(['store', 'api', 'shop']),
    expires_at: z.iso.datetime().nullable().default(null),
  }),
  response: PersonaAssignment,
  status: 201,
  errors: ['validation_failed'],
})

export const unassignPersona = endpoint({
  id: 'admin.persona.unassign',
  method: 'DELETE',
  path: '/v1/admin/persona-assignments/{id}',
  summary: 'Takes a persona from a surface or the shop',
  access: staff('write', 'settings'),
  params: z.object({ id: z.string().max(64) }),
  response: z.object({ id: z.string() }),
})

const Shown = z.object({ code: z.string(), name: z.string(), description: z.string() })
export const MyPersona = z.object({
  persona: Shown.nullable(),
  /** Where it comes from; the first that has one leads. */
  source: PersonaSource,
  /** Of all that fit together, the strictest. */
  constraints: PersonaConstraints,
  /** Every step that was looked at, in order, and what it said. */
  why: z.array(z.object({ source: PersonaSource, code: z.string().nullable() })),
  /** What may be chosen. */
  offered: z.array(Shown),
})
export type MyPersona = z.infer<typeof MyPersona>

export const getMyPersona = endpoint({
  id: 'store.me.persona.get',
  method: 'GET',
  path: '/v1/store/me/persona',
  summary: 'Which persona the shop takes the visitor for, and why',
  access: anyone,
  response: MyPersona,
})

export const chooseMyPersona = endpoint({
  id: 'store.me.persona.choose',
  method: 'PUT',
  path: '/v1/store/me/persona',
  summary: 'Chooses a persona for this visit, or to be remembered with the account; null forgets both',
  access: anyone,
  body: z.object({ code: z.string().max(40).nullable(), remember: z.boolean().default(false) }),
  response: MyPersona,
  errors: ['validation_failed'],
})
