import { useEffect, useRef, useState } from 'react'
import { type GroupRule, priceDish } from '../../rules/dishes.ts'

interface Option {
  id: string
  name: string
  amount: number
  /** Printed; null when it adds nothing. */
  price: string | null
  soldOut: boolean
  nestedGroupId: string | null
}

interface Group {
  id: string
  name: string
  min: number
  max: number
  free: number
  /** Opened by an option of another group. */
  nested: boolean
  options: Option[]
  /** "Choose 1 to 3". */
  rule: string
}

export interface DishFormProps {
  action: string
  service: string
  dish: { id: string; amount: number; uses: { group_id: string; min_select: number; max_select: number; free_quantity: number }[] }
  groups: Group[]
  /** Rules as the dish uses the groups. */
  rules: Record<string, string>
  chosen: string[]
  quantity: number
  maximum: number
  money: { locale: string; currency: string; display: 'symbol' | 'code'; exponent: number; first: string }
  texts: Record<'add' | 'choose' | 'less' | 'more' | 'quantity' | 'soldOut' | 'free' | 'onlyWith', string>
}

/**
 * Choices of a dish with the price as it changes: the same rule as on the server. What is missing stands on the button, and pressing
 * it leads there. Without scripts the form is the same, and the server says what is missing.
 */
export default function DishForm(props: DishFormProps) {
  const { dish, groups, texts, maximum } = props
  const [chosen, setChosen] = useState<readonly string[]>(props.chosen)
  const [quantity, setQuantity] = useState(props.quantity)
  const [ready, setReady] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => setReady(true), [])

  const rules = new Map(groups.map((group) => [group.id, asRule(group)]))
  const uses = dish.uses.map((use) => ({ groupId: use.group_id, min: use.min_select, max: use.max_select, free: use.free_quantity }))
  const open = new Set([
    ...uses.map((use) => use.groupId),
    ...groups.flatMap((group) =>
      group.options.flatMap((option) => (chosen.includes(option.id) && option.nestedGroupId ? [option.nestedGroupId] : [])),
    ),
  ])
  const shown = ready ? groups.filter((group) => open.has(group.id)) : groups
  const counted = chosen.filter((id) => shown.some((group) => group.options.some((option) => option.id === id)))
  const price = priceDish({ id: dish.id, amount: dish.amount, uses }, rules, counted)
  const missing = price.ok ? null : groups.find((group) => group.id === price.details['group_id'])
  const total = price.ok && ready ? print(props, price.unitAmount * quantity) : props.money.first

  const limitOf = (group: Group) => uses.find((use) => use.groupId === group.id)?.max ?? group.max
  const isSingle = (group: Group) => limitOf(group) === 1 && (uses.find((use) => use.groupId === group.id)?.min ?? group.min) === 1
  const choose = (group: Group, option: Option, on: boolean) => {
    const others = group.options.map((entry) => entry.id)
    const kept = limitOf(group) === 1 ? chosen.filter((id) => !others.includes(id)) : chosen.filter((id) => id !== option.id)
    setChosen(on ? [...kept, option.id] : kept)
  }

  return (
    <form
      ref={form}
      method="post"
      action={props.action}
      data-swap="basket basket-bar"
      className="grid gap-5 px-5 pt-4"
      onSubmitCapture={(event) => {
        if (!ready || !missing) return
        event.preventDefault()
        event.stopPropagation()
        const group = form.current?.querySelector<HTMLElement>(`#group-${missing.id}`)
        group?.scrollIntoView({ block: 'center' })
        group?.querySelector<HTMLInputElement>('input:not(:disabled)')?.focus()
      }}
    >
      <input type="hidden" name="item_id" value={dish.id} />
      <input type="hidden" name="service" value={props.service} />
      {shown.map((group) => (
        <fieldset key={group.id} id={`group-${group.id}`} className="field">
          <legend className="mb-2 flex w-full flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-semibold">{group.name}</span>
            <span className={`font-normal text-sm ${missing?.id === group.id && ready ? 'text-bad' : 'quiet'}`}>
              {props.rules[group.id] ?? group.rule}
              {group.nested && !ready && ` · ${onlyWith(props, group)}`}
            </span>
          </legend>
          {group.options.map((option) => (
            <label key={option.id} className="choice items-center!">
              <input
                type={isSingle(group) ? 'radio' : 'checkbox'}
                name={isSingle(group) ? `option.${group.id}` : 'option'}
                value={option.id}
                disabled={option.soldOut}
                checked={chosen.includes(option.id)}
                onChange={(event) => choose(group, option, event.currentTarget.checked)}
              />
              <span className={`flex-1 ${option.soldOut ? 'quiet line-through' : ''}`}>{option.name}</span>
              <span className="quiet text-sm">
                {option.soldOut ? texts.soldOut : <bdi>{gratis(price, option) ? texts.free : option.price && `+ ${option.price}`}</bdi>}
              </span>
            </label>
          ))}
        </fieldset>
      ))}
      <div className="basket-bar -mx-5 flex flex-wrap items-center gap-3 border-line border-t px-5">
        <div className="flex items-center">
          {ready && <Step label={texts.less} disabled={quantity <= 1} onClick={() => setQuantity(quantity - 1)} path="M6 12h12" />}
          <label className="sr-only" htmlFor="dish-quantity">
            {texts.quantity}
          </label>
          <input
            id="dish-quantity"
            name="quantity"
            type="number"
            inputMode="numeric"
            dir="ltr"
            min={1}
            max={maximum}
            value={quantity}
            onChange={(event) => setQuantity(Math.max(1, Math.min(maximum, event.currentTarget.valueAsNumber || 1)))}
            className="control w-16! text-center"
          />
          {ready && (
            <Step label={texts.more} disabled={quantity >= maximum} onClick={() => setQuantity(quantity + 1)} path="M6 12h12M12 6v12" />
          )}
        </div>
        <button type="submit" className="button flex-1" data-primary="" data-large="">
          <span aria-live="polite">
            {missing && ready ? texts.choose.replace('{group}', missing.name) : texts.add.replace('{total}', total)}
          </span>
        </button>
      </div>
    </form>
  )
}

function Step({ label, disabled, onClick, path }: { label: string; disabled: boolean; onClick: () => void; path: string }) {
  return (
    <button type="button" className="icon-button" aria-label={label} disabled={disabled} onClick={onClick}>
      <svg width="18" height="18" viewBox="0 0 24 24" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  )
}

const asRule = (group: Group): GroupRule => ({
  id: group.id,
  name: {},
  min: group.min,
  max: group.max,
  free: group.free,
  options: group.options.map((option) => ({ ...option, name: {} })),
})

/** One of the chosen ones that cost nothing here. */
function gratis(price: ReturnType<typeof priceDish>, option: Option): boolean {
  return price.ok && option.amount > 0 && price.options.some((entry) => entry.id === option.id && entry.amount === 0)
}

function onlyWith({ groups, texts }: DishFormProps, group: Group): string {
  const opener = groups.flatMap((entry) => entry.options).find((option) => option.nestedGroupId === group.id)
  return opener ? texts.onlyWith.replace('{option}', opener.name) : ''
}

/** As the server prints money; only ever after something was changed. */
function print({ money }: DishFormProps, amount: number): string {
  const format = new Intl.NumberFormat(money.locale, {
    style: 'currency',
    currency: money.currency,
    currencyDisplay: money.display,
    minimumFractionDigits: money.exponent,
    maximumFractionDigits: money.exponent,
  })
  return format.format(amount / 10 ** money.exponent)
}
