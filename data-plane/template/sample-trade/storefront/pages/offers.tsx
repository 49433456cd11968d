import { OfferTile, Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { listSampleOffers } from '../../contract.ts'
import { texts } from '../texts.ts'

const perPage = 24

/** What is offered. */
export async function offers(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const number = pageOf(visit)
  const list = await visit.call(listSampleOffers, { query: { limit: perPage, offset: (number - 1) * perPage } })
  return page(
    t('list.title'),
    <div className="shell pt-6">
      <h1 className="mb-5 text-3xl lg:text-4xl">{t('list.title')}</h1>
      {list.items.length === 0 ? (
        <EmptyState icon="store" title={t('list.none_title')} text={t('list.none_text')} />
      ) : (
        <div className="offer-grid">
          {list.items.map((entry) => (
            <OfferTile
              key={entry.id}
              visit={visit}
              href={visit.href(`/sample-trade/${entry.handle}`)}
              title={entry.title}
              picture={null}
              eyebrow={<bdi>{entry.vendor.name}</bdi>}
              badge={entry.places_left === 0 ? { words: t('offer.sold_out') } : null}
            >
              <p className="font-semibold">
                {entry.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={entry.price} />}
              </p>
            </OfferTile>
          ))}
        </div>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(list.total / perPage)}
        hrefOf={(next) => visit.href('/sample-trade', { page: next > 1 ? String(next) : undefined })}
      />
    </div>,
    { canonical: '/sample-trade' },
  )
}
