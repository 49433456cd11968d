import type { Grant } from '@cityos/contract'

/** Who asks. `system` is the plane's own code (timers, workflows, seeds); it never comes from outside. */
export type Actor =
  | { kind: 'guest' }
  | { kind: 'customer'; id: string; sessionId: string }
  | { kind: 'vendor'; userId: string; vendorId: string; role: string; sessionId: string }
  | { kind: 'staff'; sub: string; email: string; name: string; sid: string; grants: Grant[]; expiresAt: Date }
  | { kind: 'plane'; tenantId: string; iss: 'control-plane' | 'data-plane' | 'node' }
  | { kind: 'system'; name: string }

export const guest: Actor = { kind: 'guest' }

/** A short, stable name of the actor for logs, audit and idempotency keys; no personal data. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'guest':
      return null
    case 'customer':
      return actor.id
    case 'vendor':
      return actor.userId
    case 'staff':
      return actor.sub
    case 'plane':
      return `plane:${actor.iss}`
    case 'system':
      return `system:${actor.name}`
  }
}
