import { applyRate } from '@cityos/contract'
import type { SeatLayout } from './seat.contract.ts'

/** A tier as it stands: an early price until a moment or for so many tickets. */
export interface TierState {
  id: string
  amount: number
  until: Date | null
  quantity: number | null
  used: number
}

/** Tickets a tier still has now: null = as many as wanted, 0 = it is over. */
export function tierLeft(tier: TierState, now: Date): number | null {
  if (tier.until !== null && now >= tier.until) return 0
  return tier.quantity === null ? null : Math.max(0, tier.quantity - tier.used)
}

export interface TierChoice {
  /** null: the regular price. */
  tier: TierState | null
  amount: number
  left: number | null
}

/** The first early price that still has something, else the regular one. @param tiers in order */
export function currentTier(tiers: readonly TierState[], regularAmount: number, now: Date): TierChoice {
  for (const tier of tiers) {
    const left = tierLeft(tier, now)
    if (left !== 0) return { tier, amount: tier.amount, left }
  }
  return { tier: null, amount: regularAmount, left: null }
}

/** What comes after a tier: the next early price with something left, else the regular one. */
export function tierAfter(tiers: readonly TierState[], regularAmount: number, tierId: string, now: Date): TierChoice {
  const index = tiers.findIndex((tier) => tier.id === tierId)
  return currentTier(tiers.slice(index + 1), regularAmount, now)
}

/**
 * Divides tickets over the tiers: as many as each has, the rest at the regular price.
 * @returns tier id (`base` = regular) and quantity, in the order of the tiers
 */
export function splitOverTiers(tiers: readonly TierState[], quantity: number, now: Date): { tierId: string; quantity: number }[] {
  const parts: { tierId: string; quantity: number }[] = []
  let open = quantity
  for (const tier of tiers) {
    const left = tierLeft(tier, now)
    const taken = left === null ? open : Math.min(open, left)
    if (taken > 0) parts.push({ tierId: tier.id, quantity: taken })
    open -= taken
    if (open === 0) return parts
  }
  return [...parts, { tierId: 'base', quantity: open }]
}

/** Service fee of one ticket: an amount and a share of the price, half-up; nothing on a free ticket. Minor units. */
export function serviceFee(priceAmount: number, fee: { amount: number; bps: number }): number {
  return priceAmount === 0 ? 0 : fee.amount + applyRate(priceAmount, fee.bps)
}

export type VoucherEffectKind = 'set_price' | 'percent' | 'amount' | 'none'

/** Price of one ticket with a voucher, fee not included. @param value minor units, or basis points for `percent` */
export function voucherPrice(effect: VoucherEffectKind, value: number, priceAmount: number): number {
  if (effect === 'set_price') return value
  if (effect === 'percent') return Math.max(0, priceAmount - applyRate(priceAmount, Math.min(value, 10_000)))
  if (effect === 'amount') return Math.max(0, priceAmount - value)
  return priceAmount
}

export type SaleState = 'open' | 'soon' | 'closed'

/** Facts that decide whether an event sells; times stand on the row, so that a late timer changes nothing. */
export interface SaleFacts {
  status: string
  presaleStart: Date | null
  presaleEnd: Date | null
  frozen: boolean
  date: { status: string; startsAt: Date; endsAt: Date }
  type: { availableFrom: Date | null; availableTo: Date | null }
}

/** Whether a ticket type of a date can be bought now. Without `presaleEnd` the sale ends with the date. */
export function saleState({ status, presaleStart, presaleEnd, frozen, date, type }: SaleFacts, now: Date): SaleState {
  if (frozen || date.status !== 'scheduled' || now >= date.endsAt) return 'closed'
  if (presaleEnd !== null && now >= presaleEnd) return 'closed'
  if (type.availableTo !== null && now >= type.availableTo) return 'closed'
  if (status === 'approved') return 'soon'
  if (status !== 'on_sale' && status !== 'sold_out') return 'closed'
  if (presaleStart !== null && now < presaleStart) return 'soon'
  return type.availableFrom !== null && now < type.availableFrom ? 'soon' : 'open'
}

/** Free units of a type: the least of its quotas (A13); null = without limit, 0 also for a type in no quota. */
export function freeUnits(quotas: readonly { size: number | null; used: number }[]): number | null {
  if (quotas.length === 0) return 0
  let free: number | null = null
  for (const { size, used } of quotas) {
    if (size === null) continue
    const left = Math.max(0, size - used)
    free = free === null ? left : Math.min(free, left)
  }
  return free
}

/** From this many on (or a twentieth of the smallest quota) it is only "few left". */
const fewAtMost = 10

/** What shoppers are told. @param waiting somebody waits for this type: what is free is theirs */
export function availabilityOf(
  sale: SaleState,
  free: number | null,
  waiting: boolean,
  listEnabled: boolean,
): 'ok' | 'low' | 'sold_out' | 'waiting_list' | 'soon' | 'closed' {
  if (sale !== 'open') return sale
  if (free === 0 || waiting) return listEnabled ? 'waiting_list' : 'sold_out'
  return free !== null && free <= fewAtMost ? 'low' : 'ok'
}

type Availability = ReturnType<typeof availabilityOf>
const rank: readonly Availability[] = ['ok', 'low', 'waiting_list', 'sold_out', 'soon', 'closed']

/** An event is as available as its best admission. */
export function bestAvailability(all: readonly Availability[]): Availability {
  return rank.find((candidate) => all.includes(candidate)) ?? 'closed'
}

/** One seat of a plan; `ordinal` counts section by section, row by row. */
export interface PlanSeat {
  ordinal: number
  label: string
  section: string
  row: string
  number: number
  category: string
}

/** Every seat of a plan, in its order. */
export function seatsOf(layout: SeatLayout): PlanSeat[] {
  const seats: PlanSeat[] = []
  for (const section of layout.sections) {
    for (const row of section.rows) {
      for (let index = 0; index < row.count; index += 1) {
        const number = row.first + index
        seats.push({
          ordinal: seats.length,
          label: `${section.code}-${row.label}-${number}`,
          section: section.code,
          row: row.label,
          number,
          category: row.category,
        })
      }
    }
  }
  return seats
}

/** Where the letters of a section begin and end in those of the whole plan; null when there is no such section. */
export function sectionSpan(layout: SeatLayout, code: string): { from: number; to: number } | null {
  let from = 0
  for (const section of layout.sections) {
    const to = from + section.rows.reduce((sum, row) => sum + row.count, 0)
    if (section.code === code) return { from, to }
    from = to
  }
  return null
}

export interface BestSeats {
  ordinals: number[]
  category: string
  adjacent: boolean
}

/**
 * Best free seats: side by side in the row nearest to the stage, as near to its middle as can be. When no row has that
 * many side by side: the nearest free seats of the nearest rows of one category.
 * @param letters status of every seat in plan order; `f` is free
 */
export function bestSeats(layout: SeatLayout, letters: string, quantity: number, category: string | null): BestSeats | null {
  let best: Candidate | null = null
  for (const { row, first, distance } of rowsOf(layout)) {
    if (category !== null && row.category !== category) continue
    const middle = (row.count - 1) / 2
    let run = 0
    for (let index = 0; index < row.count; index += 1) {
      run = letters[first + index] === 'f' ? run + 1 : 0
      if (run < quantity) continue
      const start = index - quantity + 1
      const score = distance * 1000 + Math.abs(start + (quantity - 1) / 2 - middle)
      if (best === null || score < best.score) best = { score, from: first + start, category: row.category }
    }
  }
  if (best === null) return nearestSeats(layout, letters, quantity, category)
  const { from } = best
  return { ordinals: Array.from({ length: quantity }, (_, step) => from + step), category: best.category, adjacent: true }
}

interface Candidate {
  /** The smaller the better: distance to the stage first, then distance from the middle of the row. */
  score: number
  from: number
  category: string
}

/** Rows with the ordinal of their first seat and how far their middle is from the stage. */
function* rowsOf(layout: SeatLayout) {
  const stage = layout.stage ?? { x: layout.width / 2, y: 0, width: 0, height: 0 }
  const centre = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 }
  let first = 0
  for (const section of layout.sections) {
    for (const row of section.rows) {
      const x = section.x + row.x + ((row.count - 1) / 2) * row.pitch
      yield { row, first, distance: Math.hypot(x - centre.x, section.y + row.y - centre.y) }
      first += row.count
    }
  }
}

/** No row has that many side by side: the nearest free seats of one category. */
function nearestSeats(layout: SeatLayout, letters: string, quantity: number, category: string | null): BestSeats | null {
  const loose = new Map<string, { score: number; ordinal: number }[]>()
  for (const { row, first, distance } of rowsOf(layout)) {
    if (category !== null && row.category !== category) continue
    const free = loose.get(row.category) ?? []
    for (let index = 0; index < row.count; index += 1) {
      if (letters[first + index] === 'f')
        free.push({ score: distance * 1000 + Math.abs(index - (row.count - 1) / 2), ordinal: first + index })
    }
    loose.set(row.category, free)
  }
  let chosen: (BestSeats & { score: number }) | null = null
  for (const [code, free] of loose) {
    if (free.length < quantity) continue
    const taken = free.sort((one, other) => one.score - other.score).slice(0, quantity)
    const score = taken.reduce((sum, seat) => sum + seat.score, 0)
    if (chosen !== null && score >= chosen.score) continue
    chosen = { score, ordinals: taken.map((seat) => seat.ordinal).sort((one, other) => one - other), category: code, adjacent: false }
  }
  return chosen && { ordinals: chosen.ordinals, category: chosen.category, adjacent: chosen.adjacent }
}

export interface ScannedTicket {
  status: string
  entries: number
  entriesAllowed: number
  inside: boolean
  eventId: string
  eventDateId: string
  ticketTypeId: string
}

export interface ScanningList {
  eventId: string
  eventDateId: string | null
  ticketTypeIds: readonly string[]
  allowExit: boolean
}

const refusedBy: Record<string, 'blocked' | 'refunded' | 'cancelled' | 'transferred' | 'expired' | 'unknown'> = {
  pending: 'unknown',
  blocked: 'blocked',
  refunded: 'refunded',
  cancelled: 'cancelled',
  transferred: 'transferred',
  expired: 'expired',
}

/** What a scan comes to (invariant 3). Lists with exit count who is inside; an entry used is used, also after leaving. */
export function decideScan(ticket: ScannedTicket, list: ScanningList, kind: 'entry' | 'exit') {
  const onList =
    ticket.eventId === list.eventId &&
    (list.eventDateId === null || list.eventDateId === ticket.eventDateId) &&
    (list.ticketTypeIds.length === 0 || list.ticketTypeIds.includes(ticket.ticketTypeId))
  if (!onList) return 'wrong_list' as const
  const refused = refusedBy[ticket.status]
  if (refused) return refused
  if (kind === 'exit') {
    if (!list.allowExit) return 'exit_not_allowed' as const
    return ticket.inside ? ('ok' as const) : ('not_inside' as const)
  }
  if (list.allowExit && ticket.inside)
    return ticket.entries >= ticket.entriesAllowed ? ('already_used' as const) : ('already_inside' as const)
  return ticket.entries >= ticket.entriesAllowed ? ('already_used' as const) : ('ok' as const)
}
