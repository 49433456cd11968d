import { addToCart } from '../../../../storefront/cart-access.ts'
import { Field } from '../../../../storefront/components/fields.tsx'
import { Breadcrumb, NoticeBox } from '../../../../storefront/components/layout.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { breadcrumbData } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { getSampleOffer, type SampleCard } from '../../contract.ts'
import { texts } from '../texts.ts'

/** One offer, and the form that puts places in the cart. */
export async function offer(visit: Visit): Promise<Answer> {
  return offerPage(visit, await visit.call(getSampleOffer, { params: { handle: visit.param('handle') } }), null)
}

/** `POST`: places go into the cart, or the page says why not. */
export async function buy(visit: Visit): Promise<Answer> {
  const found = await visit.call(getSampleOffer, { params: { handle: visit.param('handle') } })
  const quantity = Math.max(1, visit.form.integer('quantity') ?? 1)
  const added = await addToCart(visit, { kind: 'sample.place', choice: { offer_id: found.id }, quantity })
  if (!added.ok) return { ...offerPage(visit, found, failureText(visit, added.error)), status: added.error.status }
  visit.notify('added')
  return seeOther(visit.href('/cart'))
}

function offerPage(visit: Visit, found: SampleCard, problem: string | null) {
  const t = texts(visit.locale)
  const path = `/sample-trade/${found.handle}`
  const crumbs = [
    { label: visit.t('action.home'), href: visit.href('/') },
    { label: t('list.title'), href: visit.href('/sample-trade') },
    { label: found.title },
  ]
  return page(
    problem === null ? found.title : visit.t('form.error_title', { title: found.title }),
    <div className="shell pt-4">
      <Breadcrumb visit={visit} crumbs={crumbs} />
      <h1 className="mt-3 text-3xl lg:text-4xl">{found.title}</h1>
      <p className="quiet mt-1">
        <a className="link" href={visit.href(`/vendors/${found.vendor.handle}`)}>
          <bdi>{found.vendor.name}</bdi>
        </a>
      </p>
      <p className="mt-4 font-semibold text-xl">
        {found.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={found.price} />}
      </p>
      {problem !== null && (
        <NoticeBox tone="bad" role="alert">
          {problem}
        </NoticeBox>
      )}
      {found.places_left === 0 || visit.suspended ? (
        <p className="mt-4">{visit.suspended ? visit.t('suspended.banner') : t('offer.sold_out')}</p>
      ) : (
        <form method="post" action={visit.href(path)} className="card mt-5 grid max-w-sm gap-4 p-5">
          <Field visit={visit} name="quantity" label={t('offer.quantity')} type="number" value="1" inputMode="numeric" errors={{}} />
          <p className="quiet text-sm">{t('offer.left', { count: found.places_left })}</p>
          <button className="button" data-primary="" type="submit">
            {t('offer.buy')}
          </button>
        </form>
      )}
    </div>,
    { canonical: path, jsonLd: [breadcrumbData(visit, crumbs)] },
  )
}
