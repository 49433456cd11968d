import { Icon } from '../../../storefront/components/icon.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { RestaurantDetail } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

/** A Sunday: weekday 0 of the week the hours are printed for. */
const sunday = Date.UTC(2026, 10, 1, 12)

/** Hours by service, coming exceptions, where it delivers, and who runs it. */
export function RestaurantInfo({ visit, restaurant }: { visit: Visit; restaurant: RestaurantDetail }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, 'UTC')
  return (
    <section className="mt-12 grid gap-6 border-line border-t pt-8" aria-labelledby="about">
      <h2 id="about" className="text-2xl">
        {t('info.title', { name: restaurant.name })}
      </h2>
      {restaurant.description && <p className="prose">{restaurant.description}</p>}
      <p className="flex gap-2.5">
        <Icon name="pin" size={22} />
        <bdi>{restaurant.address}</bdi>
      </p>
      <div className="grid gap-6 sm:grid-cols-2">
        {restaurant.services.map((service) => (
          <section key={service} aria-label={t(`service.${service}` satisfies TextKey)}>
            <h3 className="mb-2 text-base">{t('info.hours', { service: t(`service.${service}` satisfies TextKey) })}</h3>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
              {[0, 1, 2, 3, 4, 5, 6].map((weekday) => {
                const windows = restaurant.hours.find((entry) => entry.weekday === weekday && entry.service === service)?.windows ?? []
                return (
                  <div key={weekday} className="contents">
                    <dt className="quiet">{formats.weekday(new Date(sunday + weekday * 86_400_000).toISOString())}</dt>
                    <dd>
                      {windows.length === 0 ? (
                        t('open.closed')
                      ) : (
                        <bdi dir="ltr">{windows.map((window) => `${window.opens_at}–${window.closes_at}`).join(', ')}</bdi>
                      )}
                    </dd>
                  </div>
                )
              })}
            </dl>
          </section>
        ))}
      </div>
      {restaurant.exceptions.length > 0 && (
        <section aria-label={t('info.exceptions')}>
          <h3 className="mb-2 text-base">{t('info.exceptions')}</h3>
          <ul className="grid gap-1 text-sm">
            {restaurant.exceptions.map((entry) => (
              <li key={`${entry.from_date}${entry.reason}${entry.opens_at}`}>
                {formats.shortDay(`${entry.from_date}T12:00:00Z`)}
                {entry.to_date !== entry.from_date && ` – ${formats.shortDay(`${entry.to_date}T12:00:00Z`)}`}
                {': '}
                {t(`exception.${entry.reason}` satisfies TextKey)}
                {entry.opens_at && entry.closes_at && (
                  <>
                    {' '}
                    <bdi dir="ltr">{`${entry.opens_at}–${entry.closes_at}`}</bdi>
                  </>
                )}
                {entry.kind === 'closed' && entry.opens_at === null && ` (${t('open.closed')})`}
              </li>
            ))}
          </ul>
        </section>
      )}
      {restaurant.delivery_areas.length > 0 && (
        <section aria-label={t('info.areas')}>
          <h3 className="mb-2 text-base">{t('info.areas')}</h3>
          <ul className="grid gap-1 text-sm">
            {restaurant.delivery_areas.map((area) => (
              <li key={area.id}>
                <bdi className="font-semibold">{area.name}</bdi>
                {': '}
                {area.fee.amount === 0 ? t('delivery.free') : t('delivery.fee', { fee: visit.formats.money(area.fee) })}
                {area.minimum_order.amount > 0 && ` · ${t('delivery.minimum', { minimum: visit.formats.money(area.minimum_order) })}`}
                {area.free_over && ` · ${t('delivery.free_over', { amount: visit.formats.money(area.free_over) })}`}
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="quiet flex flex-wrap items-center gap-x-5 text-sm">
        <a className="link inline-flex min-h-11 items-center" href={visit.href(`/vendors/${restaurant.vendor.handle}`)}>
          <bdi>{restaurant.vendor.name}</bdi>
        </a>
        {restaurant.commercial_reg_no && (
          <span>
            {visit.t('footer.cr')} <bdi dir="ltr">{restaurant.commercial_reg_no}</bdi>
          </span>
        )}
        {restaurant.municipal_licence_no && (
          <span>
            {t('info.licence')} <bdi dir="ltr">{restaurant.municipal_licence_no}</bdi>
          </span>
        )}
      </p>
    </section>
  )
}
