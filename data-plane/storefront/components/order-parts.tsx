import { pickText } from '@cityos/contract'
import type { Order, OrderLine, OrderStatus, SubOrder, TimelineEvent } from '../../core/order/contract.ts'
import { isMessageKey, type MessageKey } from '../i18n/messages.ts'
import type { VerticalStorefront } from '../vertical-storefront.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'
import { DepositText, LineParts } from './line-parts.tsx'
import { Picture } from './picture.tsx'
import { Amount } from './price.tsx'

const tones: Record<OrderStatus, 'good' | 'warn' | 'bad' | undefined> = {
  placed: undefined,
  confirmed: 'good',
  accepted: 'good',
  preparing: 'warn',
  partially_fulfilled: 'warn',
  fulfilled: 'good',
  completed: 'good',
  cancelled: 'bad',
  expired: 'bad',
}

/** Goods travel; a meal, a haircut or a ticket is given. `given`: nothing in it is sent. */
export function StatusBadge({ visit, status, given = false }: { visit: Visit; status: OrderStatus; given?: boolean }) {
  const own = `order.status.given.${status}`
  return (
    <span className="badge" data-tone={tones[status]}>
      {visit.t(given && isMessageKey(own) ? own : (`order.status.${status}` satisfies MessageKey))}
    </span>
  )
}

const steps = ['confirmed', 'accepted', 'preparing', 'fulfilled'] as const
const reached: Record<OrderStatus, number> = {
  placed: 0,
  confirmed: 1,
  accepted: 2,
  preparing: 3,
  partially_fulfilled: 3,
  fulfilled: 4,
  completed: 4,
  cancelled: -1,
  expired: -1,
}

/** Done, now and next of one vendor's part; runs along the reading direction. */
export function Progress({ visit, status }: { visit: Visit; status: OrderStatus }) {
  const done = reached[status]
  if (done < 0) return null
  return (
    <ol className="grid grid-cols-4 gap-1.5 text-sm">
      {steps.map((step, index) => (
        <li key={step} aria-current={index === done ? 'step' : undefined} className={index < done ? 'font-semibold' : 'quiet'}>
          <span className={`mb-1.5 block h-1.5 rounded-full ${index < done ? 'bg-brand' : 'bg-line'}`} />
          <span className="flex items-center gap-1 max-sm:text-xs">
            {index < done && (
              <span className="max-sm:hidden">
                <Icon name="check" size={16} />
              </span>
            )}
            {visit.t(`order.step.${step}` satisfies MessageKey)}
            {index < done && <span className="sr-only">{visit.t('order.done')}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}

export type Fulfilments = SubOrder['fulfilments']

export function Parcels({ visit, fulfilments }: { visit: Visit; fulfilments: Fulfilments }) {
  if (fulfilments.length === 0) return null
  return (
    <ul className="grid gap-1.5 text-sm">
      {fulfilments.map((fulfilment) => (
        <li key={fulfilment.id} className="flex gap-2">
          <Icon name="truck" size={18} />
          <span>
            {visit.t('order.handed_over', { time: visit.formats.time(fulfilment.created_at) })}
            {fulfilment.carrier && <> · {fulfilment.carrier}</>}
            {fulfilment.tracking_number && (
              <>
                {' '}
                · <bdi dir="ltr">{fulfilment.tracking_number}</bdi>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Nothing in these lines is sent: services, tickets, meals. */
export const isGiven = (lines: readonly { vertical: string }[]): boolean => lines.every((line) => line.vertical !== 'catalogue')

/** Links to what the lines became in their verticals: the booking, the tickets, the meal. One address once. */
function ownLinks(visit: Visit, lines: readonly OrderLine[], order: OrderRef): Map<string, { href: string; vertical: VerticalStorefront }> {
  const links = new Map<string, { href: string; vertical: VerticalStorefront }>()
  const seen = new Set<string>()
  for (const line of lines) {
    const vertical = visit.allVerticals.find((candidate) => candidate.name === line.vertical)
    if (!line.entitlement || !vertical?.ownPath) continue
    const href = vertical.ownPath({ ...line, entitlement: line.entitlement }, { ...order, href: visit.href.bind(visit) })
    if (!href || seen.has(href)) continue
    seen.add(href)
    links.set(line.id, { href, vertical })
  }
  return links
}

/** Which order it is, and how this visitor may see it: the token of a guest's confirmation. */
export interface OrderRef {
  number: string
  token: string | undefined
}

function OwnLink({ visit, link }: { visit: Visit; link: { href: string; vertical: VerticalStorefront } | undefined }) {
  if (!link) return null
  return (
    <a className="button justify-self-start" data-primary="" href={link.href}>
      <Icon name={link.vertical.icon} size={18} />
      {pickText(link.vertical.open, visit.locale)}
    </a>
  )
}

/** One vendor's part: how far it is, what is in it, what was handed over. */
export function Part({ visit, part, order, children }: { visit: Visit; part: SubOrder; order: OrderRef; children?: React.ReactNode }) {
  const { t } = visit
  const given = isGiven(part.lines)
  const links = ownLinks(visit, part.lines, order)
  return (
    <section className="card overflow-hidden" aria-labelledby={part.id}>
      <div className="flex flex-wrap items-center justify-between gap-2 border-line border-b bg-panel px-5 py-3">
        <h2 id={part.id} className="flex items-center gap-2 text-base">
          <Icon name="store" size={18} />
          <bdi>{part.vendor.name}</bdi>
        </h2>
        <StatusBadge visit={visit} status={part.status} given={given} />
      </div>
      <div className="grid gap-5 p-5">
        {!given && <Progress visit={visit} status={part.status} />}
        <ul className="grid gap-4">
          {part.lines.map((line) => (
            <li key={line.id} className="grid grid-cols-[4rem_minmax(0,1fr)_auto] gap-4">
              <span className="tile-picture rounded-lg!">
                <Picture picture={line.picture} size={72} decorative />
              </span>
              <span className="min-w-0">
                {line.path ? (
                  <a className="hover:underline" href={visit.href(line.path.startsWith('/') ? line.path : `/${line.path}`)}>
                    {line.title}
                  </a>
                ) : (
                  line.title
                )}
                <span className="quiet block text-sm">
                  {line.subtitle ? `${line.subtitle} · ` : ''}
                  {t('cart.count', { count: line.quantity })}
                </span>
                {line.quantity_cancelled > 0 && (
                  <span className="block text-bad text-sm">{t('order.line_cancelled', { count: line.quantity_cancelled })}</span>
                )}
              </span>
              <Amount visit={visit} value={line.total} />
              {(line.parts.length > 1 || line.deposit || line.entitlement || line.refunded.amount > 0 || line.quantity_fulfilled > 0) && (
                <div className="col-span-full grid gap-2 sm:col-span-2 sm:col-start-2">
                  {line.quantity > 1 && line.parts.length > 1 && (
                    <p className="quiet text-sm">
                      <Amount visit={visit} value={line.unit_price} /> {t('cart.each')}
                    </p>
                  )}
                  <LineParts visit={visit} parts={line.parts} />
                  <DepositText visit={visit} deposit={line.deposit} total={line.total} />
                  {line.refunded.amount > 0 && (
                    <p className="text-sm">{t('order.line_refunded', { amount: visit.formats.money(line.refunded) })}</p>
                  )}
                  <OwnLink visit={visit} link={links.get(line.id)} />
                  {line.quantity_fulfilled > 0 && (
                    <a className="link" href={visit.href(`/reviews/${line.id}`, { token: order.token })}>
                      {t('review.title')}
                      <span className="sr-only">: {line.title}</span>
                    </a>
                  )}
                </div>
              )}
            </li>
          ))}
        </ul>
        <Parcels visit={visit} fulfilments={part.fulfilments} />
        {children}
      </div>
    </section>
  )
}

/** What happened, newest last, with times in the tenant's zone. */
export function Timeline({ visit, events }: { visit: Visit; events: readonly TimelineEvent[] }) {
  return (
    <ol className="relative grid gap-4 border-line border-s-2 ps-5">
      {events.map((event) => (
        <li key={`${event.at}${event.type}${event.sub_order_id ?? ''}`} className="relative">
          <span className="absolute -start-[1.72rem] top-1.5 size-3 rounded-full border-2 border-page bg-brand" />
          <span className="block">{eventText(visit, event)}</span>
          <time dateTime={event.at} className="quiet text-sm">
            {visit.formats.time(event.at)}
          </time>
          {event.message && <span className="quiet block text-sm">{event.message}</span>}
        </li>
      ))}
    </ol>
  )
}

function eventText(visit: Visit, event: TimelineEvent): string {
  const key = `order.event.${event.type}`
  return visit.t(isMessageKey(key) ? key : 'order.event.other')
}

export function AddressBlock({ address }: { address: NonNullable<Order['shipping_address']> }) {
  return (
    <address className="not-italic">
      <bdi>{address.name}</bdi>
      <br />
      <bdi>{[address.line1, address.line2].filter(Boolean).join(', ')}</bdi>
      <br />
      <bdi>{[address.district, address.city, address.postal_code].filter(Boolean).join(', ')}</bdi>
      <br />
      <bdi dir="ltr">{address.phone}</bdi>
    </address>
  )
}
