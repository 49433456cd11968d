import type { Money } from '@cityos/contract'
import type { Availability } from '../../core/catalogue/contract.ts'
import type { Visit } from '../visit.ts'

/** An amount; isolated, so that Arabic text around it cannot reorder it. */
export function Amount({ visit, value }: { visit: Visit; value: Money }) {
  return <bdi className="whitespace-nowrap tabular-nums">{visit.formats.money(value)}</bdi>
}

export interface PriceProps {
  visit: Visit
  from: Money | null
  to?: Money | null
  struck?: Money | null
}

/** Price including VAT; `from` only where variants differ, the struck price only when the API says it is true. */
export function Price({ visit, from, to, struck }: PriceProps) {
  if (!from) return <span className="quiet">{visit.t('price.none')}</span>
  const range = to && to.amount !== from.amount
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <span className="font-semibold">
        {range && <span className="font-normal text-sm">{visit.t('price.from')} </span>}
        <Amount visit={visit} value={from} />
      </span>
      {struck && (
        <s className="quiet text-sm">
          <span className="sr-only">{visit.t('price.before')} </span>
          <Amount visit={visit} value={struck} />
        </s>
      )}
    </span>
  )
}

/** Stock in words; a number only when the API says how few are left. */
export function Stock({ visit, availability, left }: { visit: Visit; availability: Availability; left: number | null }) {
  if (availability === 'out') return <span className="text-bad">{visit.t('stock.out')}</span>
  if (availability === 'low')
    return <span className="text-warn">{left === null ? visit.t('stock.few') : visit.t('stock.left', { count: left })}</span>
  return <span className="text-good">{visit.t('stock.in')}</span>
}
