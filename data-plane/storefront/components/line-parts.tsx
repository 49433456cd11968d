import type { Money } from '@cityos/contract'
import type { PricePart } from '../../core/vertical/contract.ts'
import type { MessageKey } from '../i18n/messages.ts'
import type { Visit } from '../visit.ts'
import { Amount } from './price.tsx'

/** Parts shown at once; a longer list folds. */
const shortList = 4

/** What a price is made of: dishes with their options, fees, delivery, tip. Nothing where it is one whole. */
export function LineParts({ visit, parts }: { visit: Visit; parts: readonly PricePart[] }) {
  if (parts.length < 2) return null
  if (parts.length <= shortList) return <PartList visit={visit} parts={parts} />
  return (
    <details className="text-sm">
      <summary className="link inline-flex min-h-11 items-center">{visit.t('line.parts')}</summary>
      <PartList visit={visit} parts={parts} />
    </details>
  )
}

function PartList({ visit, parts }: { visit: Visit; parts: readonly PricePart[] }) {
  return (
    <ul className="grid gap-1 text-sm">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a printed list, never reordered; two dishes may be alike
        <li key={index} className={`flex justify-between gap-4 ${part.kind === 'option' ? 'ps-4' : ''}`}>
          <span className="quiet min-w-0">
            {part.quantity > 1 && <bdi dir="ltr">{visit.formats.number(part.quantity)} × </bdi>}
            {part.title || visit.t(`line.part.${part.kind}` satisfies MessageKey)}
          </span>
          {part.amount.amount === 0 ? <span className="quiet">{visit.t('line.free')}</span> : <Amount visit={visit} value={part.amount} />}
        </li>
      ))}
    </ul>
  )
}

/** Where only a part is taken now: how much, and how much later. */
export function DepositText({ visit, deposit, total }: { visit: Visit; deposit: Money | null; total: Money }) {
  if (!deposit || deposit.amount >= total.amount) return null
  const rest = { ...total, amount: total.amount - deposit.amount }
  return (
    <p className="text-sm">
      <bdi>{visit.t('line.deposit', { now: visit.formats.money(deposit), rest: visit.formats.money(rest) })}</bdi>
    </p>
  )
}
