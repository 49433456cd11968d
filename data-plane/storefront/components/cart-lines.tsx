import type { Cart, CartLine } from '../../core/cart/contract.ts'
import type { Visit } from '../visit.ts'
import { Held, HoldOver } from './held.tsx'
import { Icon } from './icon.tsx'
import { DepositText, LineParts } from './line-parts.tsx'
import { Picture } from './picture.tsx'
import { Amount } from './price.tsx'

/** The cart's lines, each group under its vendor; a problem stands at its line. */
export function CartGroups({ visit, cart, compact = false }: { visit: Visit; cart: Cart; compact?: boolean }) {
  const loose = cart.lines.filter((line) => line.vendor === null)
  return (
    <div className="grid gap-5">
      {cart.vendors.map((group) => (
        <section key={group.vendor.id} className="card overflow-hidden" aria-labelledby={`vendor-${group.vendor.id}`}>
          <div className="flex items-center gap-2.5 border-line border-b bg-panel px-4 py-2.5">
            <Icon name="store" size={18} />
            <h2 id={`vendor-${group.vendor.id}`} className="text-base">
              <a className="hover:underline" href={visit.href(`/vendors/${group.vendor.handle}`)}>
                <bdi>{group.vendor.name}</bdi>
              </a>
            </h2>
          </div>
          <Lines visit={visit} lines={cart.lines.filter((line) => line.vendor?.id === group.vendor.id)} compact={compact} />
          {!compact && (
            <p className="flex justify-between border-line border-t px-4 py-3 text-sm">
              <span className="quiet">{visit.t('cart.vendor_subtotal')}</span>
              <span className="font-semibold">
                <Amount visit={visit} value={group.subtotal} />
              </span>
            </p>
          )}
        </section>
      ))}
      {loose.length > 0 && (
        <div className="card">
          <Lines visit={visit} lines={loose} compact={compact} />
        </div>
      )}
    </div>
  )
}

function Lines({ visit, lines, compact }: { visit: Visit; lines: readonly CartLine[]; compact: boolean }) {
  return (
    <ul className="divide-y divide-line">
      {lines.map((line) => (
        <li key={line.id} className="p-4">
          <Line visit={visit} line={line} compact={compact} />
        </li>
      ))}
    </ul>
  )
}

function Line({ visit, line, compact }: { visit: Visit; line: CartLine; compact: boolean }) {
  const { t } = visit
  const help = visit.allVerticals.find((vertical) => vertical.name === line.vertical)?.lineHelp?.(line, visit) ?? null
  const changed = line.added_price.amount !== line.unit_price.amount
  return (
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)_auto] gap-x-4 gap-y-2 sm:grid-cols-[5.5rem_minmax(0,1fr)_auto]">
      <div className="tile-picture rounded-xl!">
        <Picture picture={line.picture} size={96} decorative />
      </div>
      <div className="min-w-0">
        {line.path ? (
          <a className="font-semibold hover:underline" href={visit.href(line.path.startsWith('/') ? line.path : `/${line.path}`)}>
            {line.title}
          </a>
        ) : (
          <span className="font-semibold">{line.title}</span>
        )}
        {line.subtitle && <p className="quiet text-sm">{line.subtitle}</p>}
        {compact ? (
          <p className="quiet text-sm">{t('cart.count', { count: line.quantity })}</p>
        ) : line.quantity === 1 && line.parts.length > 0 ? null : (
          <p className="quiet text-sm">
            <Amount visit={visit} value={line.unit_price} /> {t('cart.each')}
          </p>
        )}
      </div>
      <p className="font-semibold">
        <Amount visit={visit} value={line.total} />
      </p>
      {!compact && (line.parts.length > 1 || line.deposit) && (
        <div className="col-span-full grid gap-1.5 sm:col-span-2 sm:col-start-2">
          <LineParts visit={visit} parts={line.parts} />
          <DepositText visit={visit} deposit={line.deposit} total={line.total} />
        </div>
      )}
      {!compact && line.hold && <Hold visit={visit} line={line} />}
      {!compact && (
        <div className="col-span-2 col-start-2 flex flex-wrap items-center gap-x-2 gap-y-1">
          <Quantity visit={visit} line={line} />
          {help && (
            <a className="button" data-primary={line.error ? '' : undefined} href={help.href}>
              {help.label}
            </a>
          )}
          <form method="post" action={visit.href(`/cart/lines/${line.id}/remove`)} data-cart-change="">
            <button type="submit" className="button" data-plain="">
              <Icon name="trash" size={18} />
              {t('cart.remove')}
              <span className="sr-only">{line.title}</span>
            </button>
          </form>
        </div>
      )}
      {line.error && !(line.hold?.state === 'expired' && line.error.code === 'hold_expired') && (
        <p className="col-span-full flex gap-2 font-semibold text-bad text-sm" id={`problem-${line.id}`}>
          <Icon name="warning" size={18} />
          {help?.problem ?? line.error.message}
        </p>
      )}
      {changed && !line.error && (
        <p className="col-span-full flex gap-2 text-sm text-warn">
          <Icon name="info" size={18} />
          {t('cart.price_changed', { was: visit.formats.money(line.added_price), now: visit.formats.money(line.unit_price) })}
        </p>
      )}
    </div>
  )
}

/** How long a held line stays; when that has run out, the button that takes it again. */
function Hold({ visit, line }: { visit: Visit; line: CartLine }) {
  if (!line.hold) return null
  return (
    <div className="col-span-full flex flex-wrap items-center gap-3 sm:col-span-2 sm:col-start-2">
      {line.hold.state === 'held' ? (
        <Held visit={visit} title={line.title} expiresAt={line.hold.expires_at} />
      ) : (
        <>
          <HoldOver text={visit.t('line.hold_over')} />
          <form method="post" action={visit.href(`/cart/lines/${line.id}/hold`)} data-cart-change="">
            <button type="submit" className="button" data-primary="">
              {visit.t('line.hold_again')}
              <span className="sr-only">: {line.title}</span>
            </button>
          </form>
        </>
      )}
    </div>
  )
}

/** At most this many choices in the list of quantities; beyond it a number is typed. */
const longestList = 12

function Quantity({ visit, line }: { visit: Visit; line: CartLine }) {
  const { min, max, step, available } = line.quantity_rules
  // One of its kind: a meal, chosen seats. Nothing to count.
  if (max === min && line.quantity === min) return null
  const highest = Math.min(max ?? 9999, available ?? 9999)
  const choices: number[] = []
  for (let amount = min; amount <= highest && choices.length <= longestList; amount += step) choices.push(amount)
  const id = `quantity-${line.id}`
  return (
    <form method="post" action={visit.href(`/cart/lines/${line.id}`)} data-cart-change="" className="flex items-center gap-2">
      <label htmlFor={id} className="sr-only">
        {visit.t('cart.quantity_of', { title: line.title })}
      </label>
      {choices.length <= longestList && choices.includes(line.quantity) ? (
        <select id={id} name="quantity" defaultValue={line.quantity} className="control w-20!" data-autosubmit="">
          {choices.map((amount) => (
            <option key={amount} value={amount}>
              {visit.formats.number(amount)}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          name="quantity"
          type="number"
          inputMode="numeric"
          dir="ltr"
          min={0}
          max={highest}
          step={step}
          defaultValue={line.quantity}
          aria-invalid={line.error ? 'true' : undefined}
          aria-describedby={line.error ? `problem-${line.id}` : undefined}
          className="control w-20!"
          data-autosubmit=""
        />
      )}
      <button type="submit" className="button px-3!" data-without-script="">
        {visit.t('cart.update')}
      </button>
    </form>
  )
}
