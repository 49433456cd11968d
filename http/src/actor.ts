import type { Grant, StaffClaims } from '@cityos/contract'

/** Who asks. `system` is the plane's own code (timers, workflows, seeds); it never comes from outside. */
export type Actor =
  | { kind: 'guest' }
  | { kind: 'customer'; id: string; sessionId: string }
  | { kind: 'vendor'; userId: string; vendorId: string; role: string; sessionId: string }
  | {
      kind: 'staff'
      sub: string
      email: string
      name: string
      sid: string
      grants: Grant[]
      expiresAt: Date
      /** Who really acts, while `sub` is the one in whose name: support access to a tenant. */
      act?: NonNullable<StaffClaims['act']>
      support?: NonNullable<StaffClaims['support']>
    }
  | { kind: 'plane'; tenantId: string; iss: 'control-plane' | 'data-plane' | 'node' }
  | { kind: 'system'; name: string }

export const guest: Actor = { kind: 'guest' }

/** A short, stable name of the actor for logs, audit and idempotency keys: of the person who really acts. No personal data. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'guest':
      return null
    case 'customer':
      return actor.id
    case 'vendor':
      return actor.userId
    case 'staff':
      return actor.act?.sub ?? actor.sub
    case 'plane':
      return `plane:${actor.iss}`
    case 'system':
      return `system:${actor.name}`
  }
}

/** The staff actor a verified token speaks of. */
export function staffActor({ sub, email, name, sid, grants, exp, act, support }: StaffClaims): Actor & { kind: 'staff' } {
  return {
    kind: 'staff',
    sub,
    email,
    name,
    sid,
    grants,
    expiresAt: new Date(exp * 1000),
    ...(act ? { act } : {}),
    ...(support ? { support } : {}),
  }
}
