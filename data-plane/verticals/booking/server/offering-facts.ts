import { DomainError, type I18nText } from '@cityos/contract'
import type { Selectable } from 'kysely'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import type { DB } from '../../../generated/db.ts'
import { zoneOf } from '../../../platform/clock/zone.ts'
import type { Tx } from '../../../platform/db/index.ts'
import type { CancellationTier, IntakeQuestion } from '../contract.ts'
import { type Plan, paymentPlan, priceFor, type SlotShape } from '../rules.ts'
import type { Crew } from './search.ts'

type Row = Selectable<DB['booking_offering']>

/** Everything about a service that decides about a slot, its price and its terms. */
export interface OfferingFacts extends Omit<Row, 'name' | 'intake_form' | 'picture' | 'address'> {
  name: I18nText
  intake_form: IntakeQuestion[]
  address: I18nText | null
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  vendor: { id: string; handle: string; name: I18nText; vat_no: string | null; status: string }
  tiers: CancellationTier[] | null
  resources: { kind: string; quantity: number }[]
  plan: Plan
}

/** Services by id. @returns by id; unknown ones are missing */
export async function loadOfferings(db: Tx, ids: readonly string[]): Promise<Map<string, OfferingFacts>> {
  if (ids.length === 0) return new Map()
  const statement = new Statement()
  const rows = await statement.rows<Omit<OfferingFacts, 'plan'>>(
    db,
    `SELECT o.*, json_build_object('id', v.id, 'handle', v.handle, 'name', v.name, 'vat_no', v.vat_no, 'status', v.status) AS vendor, p.tiers,
      coalesce((SELECT json_agg(json_build_object('kind', r.resource_kind, 'quantity', r.quantity) ORDER BY r.resource_kind) FROM booking_offering_resource r WHERE r.offering_id = o.id), '[]') AS resources
    FROM booking_offering o JOIN vendor v ON v.id = o.vendor_id LEFT JOIN booking_policy p ON p.id = o.cancellation_policy_id
    WHERE o.id = ANY (${statement.value([...ids])}::text[]) AND o.deleted_at IS NULL`,
  )
  return new Map(rows.map((row) => [row.id, { ...row, plan: paymentPlan(row) }]))
}

/** @throws DomainError not_found */
export async function loadOffering(db: Tx, id: string): Promise<OfferingFacts> {
  const offering = (await loadOfferings(db, [id])).get(id)
  if (!offering) throw new DomainError('not_found')
  return offering
}

export function isOnSale(offering: OfferingFacts): boolean {
  return offering.status === 'published' && offering.vendor.status === 'active'
}

export const durationsOf = (offering: Pick<Row, 'duration_min' | 'duration_options'>): number[] =>
  [...new Set([offering.duration_min, ...offering.duration_options])].sort((a, b) => a - b)

export const shapeOf = (offering: OfferingFacts, durationMin: number): SlotShape => ({
  durationMin,
  bufferBeforeMin: offering.buffer_before_min,
  bufferAfterMin: offering.buffer_after_min,
  intervalMin: offering.slot_interval_min,
})

export const crewOf = (offering: OfferingFacts): Crew => ({ together: offering.assignment === 'collective', resources: offering.resources })

export const zoneOfOffering = (offering: Pick<Row, 'timezone'>) => zoneOf(offering.timezone)

/** What one seat costs through the order; what is paid at the place is not in it. */
export function orderedPrice(offering: OfferingFacts, durationMin: number): number {
  return offering.plan === 'at_place' || offering.plan === 'free' ? 0 : priceFor(offering, durationMin)
}
