import type { Visit } from '../../../storefront/visit.ts'
import type { EventDetail, TicketTypeOffer } from '../contract.ts'
import { texts } from './texts.ts'

/** Sold out: who is next gets a code. One address field and how many. */
export function WaitingForm({ visit, event, type, dateId }: { visit: Visit; event: EventDetail; type: TicketTypeOffer; dateId: string }) {
  const t = texts(visit.locale)
  const email = `email-${type.id}`
  const count = `count-${type.id}`
  return (
    <details className="card p-5" open={visit.form.text('waiting_type') === type.id}>
      <summary className="flex min-h-11 flex-wrap items-center justify-between gap-2 font-semibold">
        <span>{t('waiting.title', { type: type.name })}</span>
        <span className="link">{t('waiting.join')}</span>
      </summary>
      <p className="quiet mt-1 mb-4 text-sm">{t('waiting.text')}</p>
      <form method="post" action={visit.href(`/event-ticketing/${event.handle}/waiting-list`)} className="flex flex-wrap items-end gap-3">
        <input type="hidden" name="waiting_type" value={type.id} />
        <input type="hidden" name="date" value={dateId} />
        <div className="field min-w-0 flex-1 basis-60">
          <label htmlFor={email}>{visit.t('field.email')}</label>
          <input
            id={email}
            name="email"
            type="email"
            dir="ltr"
            autoComplete="email"
            required
            maxLength={254}
            defaultValue={visit.form.text('email')}
            className="control"
          />
        </div>
        <div className="field">
          <label htmlFor={count}>{t('waiting.count')}</label>
          <select id={count} name="quantity" defaultValue={visit.form.text('quantity') || '1'} className="control w-24!">
            {Array.from({ length: Math.min(10, type.max_per_order) }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: numbers from one on
              <option key={index} value={index + 1}>
                {visit.formats.number(index + 1)}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button" data-primary="">
          {t('waiting.join')}
        </button>
      </form>
    </details>
  )
}
