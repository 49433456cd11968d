import { Icon } from '../../../storefront/components/icon.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import type { Visit } from '../../../storefront/visit.ts'
import type { BasketLine, RestaurantBasket } from '../contract.ts'
import { texts } from './texts.ts'

/** Dishes of a basket with their options; less and more are buttons of a form. */
export function BasketLines({ visit, handle, basket }: { visit: Visit; handle: string; basket: RestaurantBasket }) {
  return (
    <>
      <ul className="divide-y divide-line">
        {basket.lines.map((line) => (
          <Line key={line.key} visit={visit} handle={handle} line={line} />
        ))}
      </ul>
      <p className="mt-2 flex justify-between gap-4 border-line border-t pt-3 font-semibold">
        <span>{visit.t('totals.subtotal')}</span>
        <Amount visit={visit} value={basket.subtotal} />
      </p>
    </>
  )
}

function Line({ visit, handle, line }: { visit: Visit; handle: string; line: BasketLine }) {
  const t = texts(visit.locale)
  return (
    <li className="grid gap-1.5 py-3">
      <div className="flex justify-between gap-4">
        <span className="min-w-0 font-semibold">{line.name}</span>
        <Amount visit={visit} value={line.total} />
      </div>
      {line.options.length > 0 && (
        <ul className="quiet text-sm">
          {line.options.map((option) => (
            <li key={option.id} className="flex justify-between gap-4">
              <span>{option.name}</span>
              {option.price.amount > 0 && <Amount visit={visit} value={option.price} />}
            </li>
          ))}
        </ul>
      )}
      {line.error && (
        <p className="flex gap-1.5 font-semibold text-bad text-sm">
          <Icon name="warning" size={18} />
          {line.error.message}
        </p>
      )}
      <form
        method="post"
        action={visit.href(`/restaurant/${handle}/basket/lines/${encodeURIComponent(line.key)}`)}
        data-swap="basket basket-bar"
        className="flex items-center gap-1"
      >
        <input type="hidden" name="back" value={visit.path.endsWith('/basket') ? 'basket' : 'menu'} />
        <button
          type="submit"
          name="quantity"
          value={line.quantity - 1}
          className="icon-button border border-line"
          aria-label={`${t('basket.less')}: ${line.name}`}
        >
          <Icon name={line.quantity === 1 ? 'trash' : 'minus'} size={18} />
        </button>
        <span className="min-w-9 text-center tabular-nums">{visit.formats.number(line.quantity)}</span>
        <button
          type="submit"
          name="quantity"
          value={line.quantity + 1}
          className="icon-button border border-line"
          aria-label={`${t('basket.more')}: ${line.name}`}
        >
          <Icon name="plus" size={18} />
        </button>
      </form>
    </li>
  )
}
