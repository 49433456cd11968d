import { AccountPage } from '../../../../storefront/components/account-page.tsx'
import { Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { getSamplePlace, listMySamplePlaces, type SamplePlace } from '../../contract.ts'
import { type TextKey, texts } from '../texts.ts'

const perPage = 20

/** Own places. */
export async function mine(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const number = pageOf(visit)
  const list = await visit.call(listMySamplePlaces, { query: { limit: perPage, offset: (number - 1) * perPage } })
  return page(
    t('mine.title'),
    <AccountPage visit={visit} title={t('mine.title')} here="/account/sample-trade">
      {list.items.length === 0 ? (
        <EmptyState icon="store" title={t('mine.none_title')} text={t('mine.none_text')} />
      ) : (
        <ul className="grid gap-3">
          {list.items.map((entry) => (
            <li key={entry.id} className="tile card p-4">
              <a className="tile-link font-semibold" href={visit.href(`/account/sample-trade/${entry.id}`)}>
                {entry.offer.title}
              </a>
              <Facts visit={visit} place={entry} />
            </li>
          ))}
        </ul>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(list.total / perPage)}
        hrefOf={(next) => visit.href('/account/sample-trade', { page: next > 1 ? String(next) : undefined })}
      />
    </AccountPage>,
    { noIndex: true },
  )
}

/** What was bought; guests come with their order's token. */
export async function place(visit: Visit): Promise<Answer> {
  const token = visit.query.get('token') ?? undefined
  const found = await visit.call(getSamplePlace, { params: { id: visit.param('id') }, query: { token } })
  return page(
    found.offer.title,
    <div className="shell pt-6">
      <h1 className="text-3xl">{found.offer.title}</h1>
      <Facts visit={visit} place={found} />
    </div>,
    { noIndex: true },
  )
}

function Facts({ visit, place }: { visit: Visit; place: SamplePlace }) {
  const t = texts(visit.locale)
  return (
    <p className="quiet text-sm">
      {t('place.count', { count: place.quantity })}
      {' · '}
      {t(`status.${place.status}` satisfies TextKey)}
      {' · '}
      {visit.formats.moment(place.bought_at)}
    </p>
  )
}
