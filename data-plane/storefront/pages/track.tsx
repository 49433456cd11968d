import { trackOrder } from '../../core/order/contract.ts'
import { Field, FormPage } from '../components/fields.tsx'
import { ProblemNotice } from '../components/layout.tsx'
import { Parcels, Progress, StatusBadge, Timeline } from '../components/order-parts.tsx'
import { Amount } from '../components/price.tsx'
import { failureText } from '../failure-text.ts'
import { type Answer, attempt, page, type Visit } from '../visit.ts'

/** `GET` shows the form; the answer comes by `POST`, so that no e-mail address ends up in an address bar or a log. */
export function trackForm(visit: Visit): Answer {
  return form(visit, null)
}

function form(visit: Visit, problem: { text: string; status: number } | null): Answer {
  const { t } = visit
  return page(
    t('track.title'),
    <FormPage title={t('track.title')} lead={t('track.lead')}>
      <ProblemNotice text={problem?.text} />
      <form method="post" action={visit.href('/orders/track')} className="grid gap-4">
        <Field
          visit={visit}
          name="number"
          label={t('track.number')}
          value={visit.form.text('number')}
          errors={{}}
          direction="ltr"
          maxLength={40}
        />
        <Field
          visit={visit}
          name="email"
          label={t('field.email')}
          value={visit.form.text('email')}
          errors={{}}
          type="email"
          inputMode="email"
          direction="ltr"
          autoComplete="email"
          maxLength={254}
        />
        <button type="submit" className="button" data-primary="" data-large="">
          {t('track.show')}
        </button>
      </form>
    </FormPage>,
    { status: problem?.status ?? 200, canonical: '/orders/track' },
  )
}

export async function track(visit: Visit): Promise<Answer> {
  const { t, formats } = visit
  const query = { no: visit.form.text('number').toUpperCase(), email: visit.form.text('email').toLowerCase() }
  const found = await attempt(visit.call(trackOrder, { query }))
  if (!found.ok) {
    const text = found.error.status === 404 || found.error.status === 400 ? t('track.none') : failureText(visit, found.error)
    return form(visit, { text, status: found.error.status })
  }
  const order = found.value
  return page(
    t('order.title', { number: order.number }),
    <div className="shell max-w-3xl! pt-8">
      <div className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl">
          {t('order.order')} <bdi dir="ltr">{order.number}</bdi>
        </h1>
        <StatusBadge visit={visit} status={order.status} />
        <p className="quiet basis-full">
          {t('order.placed_on', { time: formats.time(order.placed_at) })} · <Amount visit={visit} value={order.total} />
        </p>
      </div>
      <div className="grid gap-5">
        {order.sub_orders.map((part) => (
          <section key={part.vendor.id} className="card grid gap-4 p-5" aria-labelledby={part.vendor.id}>
            <div className="flex items-center justify-between gap-3">
              <h2 id={part.vendor.id} className="text-lg">
                <bdi>{part.vendor.name}</bdi>
              </h2>
              <StatusBadge visit={visit} status={part.status} />
            </div>
            <Progress visit={visit} status={part.status} />
            <ul>
              {part.lines.map((line) => (
                <li key={`${line.title}${line.subtitle}`} className="flex justify-between gap-4 py-1">
                  <span>
                    {line.title} {line.subtitle && <span className="quiet">{line.subtitle}</span>}
                  </span>
                  <span className="quiet">{t('cart.count', { count: line.quantity })}</span>
                </li>
              ))}
            </ul>
            <Parcels visit={visit} fulfilments={part.fulfilments} />
          </section>
        ))}
        <section className="card p-5" aria-labelledby="history">
          <h2 id="history" className="mb-4 text-lg">
            {t('order.history')}
          </h2>
          <Timeline visit={visit} events={order.events} />
        </section>
      </div>
    </div>,
    { noIndex: true },
  )
}
