import { useEffect, useState } from 'react'
import { type ChoosableVariant, choose, type Selection, type ValueState, valueState, variantOf } from '../variant-choice.ts'

export interface PurchaseVariant extends ChoosableVariant {
  /** Printed on the server. */
  price: string | null
  struck: string | null
  stock: string
  tone: 'good' | 'warn' | 'bad'
  sku: string
  minimum: number
  maximum: number
  step: number
}

export interface PurchaseTexts {
  add: string
  soldOut: string
  choose: string
  quantity: string
  less: string
  more: string
  before: string
  vat: string
  sku: string
  update: string
  out: string
  other: string
  noPrice: string
}

export interface PurchaseBoxProps {
  action: string
  pagePath: string
  product: string
  title: string
  options: { code: string; name: string; values: { code: string; name: string; swatch: string | null }[] }[]
  variants: PurchaseVariant[]
  selection: Selection
  /** Nothing can be bought here now (suspended tenant); the reason stands beside. */
  closed: string | null
  texts: PurchaseTexts
}

/** Choose a variant, see its price and stock, put it in the cart. Without scripts the same form, one step more. */
export function PurchaseBox({ action, pagePath, product, title, options, variants, selection: first, closed, texts }: PurchaseBoxProps) {
  const [selection, setSelection] = useState(first)
  const [ready, setReady] = useState(false)
  const [quantity, setQuantity] = useState<number | null>(null)
  useEffect(() => setReady(true), [])

  const variant = variantOf(variants, selection)
  const minimum = variant?.minimum ?? 1
  const maximum = variant?.maximum ?? 1
  const amount = Math.min(Math.max(quantity ?? minimum, minimum), maximum)
  const buyable = closed === null && variant?.available === true && variant.price !== null
  const onChoose = (code: string, value: string) => {
    const next = choose(variants, selection, code, value)
    setSelection(next)
    const chosen = variantOf(variants, next)
    if (chosen) history.replaceState(null, '', `${pagePath}?variant=${chosen.id}`)
  }
  const label = buyable ? texts.add : variant ? texts.soldOut : texts.choose

  return (
    <form method="post" action={action} data-cart-add id="purchase" className="grid gap-6">
      <input type="hidden" name="product" value={product} />
      {ready && variant && <input type="hidden" name="variant_id" value={variant.id} />}
      <div aria-live="polite">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <bdi className="font-semibold text-3xl tabular-nums">{variant?.price ?? texts.noPrice}</bdi>
          {variant?.struck && (
            <s className="quiet text-lg">
              <span className="sr-only">{texts.before} </span>
              <bdi>{variant.struck}</bdi>
            </s>
          )}
        </p>
        <p className="quiet mt-1 text-sm">{texts.vat}</p>
        {variant && (
          <p
            className="mt-3 font-semibold data-[tone=bad]:text-bad data-[tone=good]:text-good data-[tone=warn]:text-warn"
            data-tone={variant.tone}
          >
            {variant.stock}
          </p>
        )}
      </div>
      {options.map((option) => (
        <fieldset key={option.code} className="field">
          <legend className="mb-2">
            {option.name}
            {selection[option.code] && (
              <span className="quiet font-normal">
                {': '}
                {option.values.find((value) => value.code === selection[option.code])?.name}
              </span>
            )}
          </legend>
          <div className="flex flex-wrap gap-2.5">
            {option.values.map((value) => {
              const state = valueState(variants, without(selection, option.code), option.code, value.code)
              return (
                <label
                  key={value.code}
                  className="choice min-w-13 items-center! justify-center gap-2! py-1.5! data-[state=other]:border-dashed"
                  data-state={state}
                >
                  <input
                    type="radio"
                    name={`option.${option.code}`}
                    value={value.code}
                    checked={selection[option.code] === value.code}
                    onChange={() => onChoose(option.code, value.code)}
                    className="sr-only"
                    required
                  />
                  {value.swatch && (
                    <svg width="20" height="20" viewBox="0 0 18 18" aria-hidden="true">
                      <circle cx="9" cy="9" r="8" fill={value.swatch} stroke="var(--line-strong)" />
                    </svg>
                  )}
                  <span className={stateClass[state]}>{value.name}</span>
                  {state !== 'open' && <span className="sr-only">({state === 'out' ? texts.out : texts.other})</span>}
                </label>
              )
            })}
          </div>
        </fieldset>
      ))}
      {options.length > 0 && (
        <button type="submit" formMethod="get" formAction={pagePath} formNoValidate className="button" data-without-script="">
          {texts.update}
        </button>
      )}
      {closed ? (
        <p className="notice" data-tone="warn">
          {closed}
        </p>
      ) : (
        <div className="flex flex-wrap items-end gap-3">
          <div className="field">
            <label htmlFor="quantity">{texts.quantity}</label>
            <div className="flex items-center">
              {ready && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={texts.less}
                  disabled={amount <= minimum}
                  onClick={() => setQuantity(amount - (variant?.step ?? 1))}
                >
                  <Sign />
                </button>
              )}
              <input
                id="quantity"
                name="quantity"
                type="number"
                inputMode="numeric"
                dir="ltr"
                min={minimum}
                max={maximum}
                step={variant?.step ?? 1}
                value={amount}
                onChange={(event) => setQuantity(event.currentTarget.valueAsNumber || minimum)}
                className="control w-20! text-center"
              />
              {ready && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={texts.more}
                  disabled={amount >= maximum}
                  onClick={() => setQuantity(amount + (variant?.step ?? 1))}
                >
                  <Sign plus />
                </button>
              )}
            </div>
          </div>
          <button type="submit" className="button min-w-48 flex-1" data-primary="" data-large="" disabled={!buyable}>
            {label}
          </button>
        </div>
      )}
      {variant && (
        <p className="quiet text-sm">
          {texts.sku} <bdi dir="ltr">{variant.sku}</bdi>
        </p>
      )}
      {ready && !closed && (
        <div className="sticky-buy" data-sticky-buy hidden>
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm">{title}</span>
            <bdi className="font-semibold tabular-nums">{variant?.price ?? texts.noPrice}</bdi>
          </span>
          <button type="submit" className="button" data-primary="" disabled={!buyable}>
            {label}
          </button>
        </div>
      )}
    </form>
  )
}

const stateClass: Record<ValueState, string> = { open: '', out: 'text-quiet line-through', other: 'text-quiet' }

function without(selection: Selection, code: string): Selection {
  const { [code]: _, ...rest } = selection
  return rest
}

function Sign({ plus = false }: { plus?: boolean }) {
  return (
    <svg width="18" height="18" viewBox="0 0 24 24" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d={plus ? 'M5 12h14M12 5v14' : 'M5 12h14'} />
    </svg>
  )
}
