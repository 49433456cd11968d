import type { ErrorCode, I18nText } from '@cityos/contract'

export interface OptionRule {
  id: string
  name: I18nText
  /** Minor units it adds. */
  amount: number
  soldOut: boolean
  nestedGroupId: string | null
}

export interface GroupRule {
  id: string
  name: I18nText
  min: number
  max: number
  free: number
  options: readonly OptionRule[]
}

/** How a dish uses a group; its own numbers win. */
export interface UseRule {
  groupId: string
  min: number
  max: number
  free: number
}

export interface DishRule {
  id: string
  /** Minor units of one portion without options. */
  amount: number
  uses: readonly UseRule[]
}

export interface ChosenOption {
  id: string
  name: I18nText
  /** What it costs here: zero when it is among the free ones. */
  amount: number
}

export type DishPrice =
  | { ok: true; unitAmount: number; options: ChosenOption[] }
  | { ok: false; code: ErrorCode; details: Record<string, unknown> }

/**
 * Checks the chosen options of a dish against its groups and those the options open (one level), and prices one portion:
 * dish + options, of which the cheapest `free` of each group cost nothing (docs/spec/restaurant.md, Money).
 */
export function priceDish(dish: DishRule, groups: ReadonlyMap<string, GroupRule>, optionIds: readonly string[]): DishPrice {
  const chosen = new Set(optionIds)
  const options: ChosenOption[] = []
  const known = new Set<string>()
  const opened = new Map<string, UseRule>()
  const visit = (use: UseRule, nested: boolean): Extract<DishPrice, { ok: false }> | null => {
    const group = groups.get(use.groupId)
    if (!group) return null
    const taken = group.options.filter((option) => chosen.has(option.id) && !known.has(option.id))
    for (const option of taken) known.add(option.id)
    if (taken.length < use.min || taken.length > use.max)
      return refused({ item_id: dish.id, group_id: use.groupId, min: use.min, max: use.max, got: taken.length })
    const gone = taken.find((option) => option.soldOut)
    if (gone) return { ok: false, code: 'insufficient_stock', details: { item_id: dish.id, option_id: gone.id, available: 0 } }
    options.push(...priced(taken, use.free))
    if (!nested) for (const option of taken) openGroup(option, groups, opened)
    return null
  }
  for (const use of dish.uses) {
    const problem = visit(use, false)
    if (problem) return problem
  }
  for (const use of opened.values()) {
    const problem = visit(use, true)
    if (problem) return problem
  }
  const stray = optionIds.find((id) => !known.has(id))
  if (stray !== undefined || chosen.size !== optionIds.length)
    return refused({ item_id: dish.id, option_id: stray ?? optionIds.find((id, index) => optionIds.indexOf(id) !== index) })
  return { ok: true, unitAmount: dish.amount + options.reduce((sum, option) => sum + option.amount, 0), options }
}

function refused(details: Record<string, unknown>): Extract<DishPrice, { ok: false }> {
  return { ok: false, code: 'modifier_selection_invalid', details }
}

function openGroup(option: OptionRule, groups: ReadonlyMap<string, GroupRule>, opened: Map<string, UseRule>): void {
  const group = option.nestedGroupId === null ? undefined : groups.get(option.nestedGroupId)
  if (group) opened.set(group.id, { groupId: group.id, min: group.min, max: group.max, free: group.free })
}

/** The cheapest `free` ones cost nothing; in the order of the group. */
function priced(taken: readonly OptionRule[], free: number): ChosenOption[] {
  const gratis = new Set([...taken].sort((a, b) => a.amount - b.amount).slice(0, free))
  return taken.map((option) => ({ id: option.id, name: option.name, amount: gratis.has(option) ? 0 : option.amount }))
}

/** Same dish and same options, whatever their order: one line of the basket. */
export function sameDish(
  a: { item_id: string; option_ids: readonly string[] },
  b: { item_id: string; option_ids: readonly string[] },
): boolean {
  return a.item_id === b.item_id && [...a.option_ids].sort().join() === [...b.option_ids].sort().join()
}
