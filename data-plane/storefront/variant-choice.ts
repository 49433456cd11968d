/** What choosing needs to know about a variant. */
export interface ChoosableVariant {
  id: string
  options: Record<string, string>
  available: boolean
}

export type Selection = Record<string, string>

/**
 * How one value of an option stands to what is chosen in the others:
 * `open` fits and can be bought, `out` fits but is sold out, `other` exists only with other values (choosing it clears them).
 */
export type ValueState = 'open' | 'out' | 'other'

const fits = (variant: ChoosableVariant, selection: Selection): boolean =>
  Object.entries(selection).every(([code, value]) => variant.options[code] === value)

export function valueState(variants: readonly ChoosableVariant[], selection: Selection, code: string, value: string): ValueState {
  const fitting = variants.filter((variant) => fits(variant, { ...selection, [code]: value }))
  if (fitting.length === 0) return 'other'
  return fitting.some((variant) => variant.available) ? 'open' : 'out'
}

/** Chooses a value; others that do not go with it give way to those of the best variant that has it. */
export function choose(variants: readonly ChoosableVariant[], selection: Selection, code: string, value: string): Selection {
  const wanted = { ...selection, [code]: value }
  if (variants.some((variant) => fits(variant, wanted))) return wanted
  const having = variants.filter((variant) => variant.options[code] === value)
  const agreement = (variant: ChoosableVariant) =>
    Object.entries(selection).filter(([name, chosen]) => variant.options[name] === chosen).length
  const best = [...having].sort((a, b) => Number(b.available) - Number(a.available) || agreement(b) - agreement(a))[0]
  return best ? { ...best.options } : wanted
}

/** The variant a selection names; undefined while it is not complete, or names none. */
export function variantOf<V extends ChoosableVariant>(variants: readonly V[], selection: Selection): V | undefined {
  return variants.find((variant) => Object.entries(variant.options).every(([code, value]) => selection[code] === value))
}

/** What to show first: the asked variant, else the first that can be bought, else the first. */
export function firstVariant<V extends ChoosableVariant>(variants: readonly V[], asked: string | null): V | undefined {
  return variants.find((variant) => variant.id === asked) ?? variants.find((variant) => variant.available) ?? variants[0]
}
