import type { MyPersona, PersonaConstraints } from './contract.ts'

export interface KnownPersona {
  id: string
  code: string
  priority: number
  constraints: PersonaConstraints
}

/** Codes of what each step says; null where it says nothing. */
export interface Steps {
  session: string | null
  surface: string | null
  customer: string | null
  tenant: string | null
}

/** The order in which steps are asked; membership will stand before customer once there are memberships. */
export const order = ['session', 'surface', 'customer', 'tenant'] as const

export interface ResolvedPersona {
  persona: KnownPersona | null
  source: MyPersona['source']
  constraints: PersonaConstraints
  why: { source: (typeof order)[number]; code: string | null }[]
}

/**
 * The first step that names an active persona decides what is shown first; what is not shown at all is the strictest of
 * all steps together, so that a child's tablet stays one whoever is signed in. Pure.
 */
export function resolvePersona(steps: Steps, personas: ReadonlyMap<string, KnownPersona>): ResolvedPersona {
  const named = order.map((source) => ({ source, persona: personas.get(steps[source] ?? '') ?? null }))
  const first = named.find(({ persona }) => persona !== null)
  return {
    persona: first?.persona ?? null,
    source: first?.source ?? 'none',
    constraints: { kids_safe: named.some(({ persona }) => persona?.constraints.kids_safe === true) },
    why: named.map(({ source, persona }) => ({ source, code: persona?.code ?? null })),
  }
}
