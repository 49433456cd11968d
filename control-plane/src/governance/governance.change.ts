import type { Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'

/** What a change of governance is about: an authority and all below it, a place and all in it, or one tenant. */
export type ChangeSubject = { authority_id: string } | { node_id: string } | { tenant_id: string }

/**
 * Numbers a change of what governs tenants. Their new documents go out behind it, in batches (`PolicyDelivery`).
 * @param cause what happened, such as `policy.activate`
 * @returns the number; it stands in every decision made by what holds from then on
 */
export async function recordChange(tx: Tx, subject: ChangeSubject, cause: string, now: Date): Promise<bigint> {
  const { revision } = await tx.governance_change.create({ data: { ...subject, cause, created_at: now } })
  await Signals.announce(tx, 'governance')
  return revision
}
