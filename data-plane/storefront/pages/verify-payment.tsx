import { answerChallenge, getChallenge } from '../../core/cart/contract.ts'
import { Icon } from '../components/icon.tsx'
import { NoticeBox } from '../components/layout.tsx'
import { Amount } from '../components/price.tsx'
import { setCartCount } from '../frame.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

/** The sandbox's stand-in for a bank's page: approve or decline. */
export async function challenge(visit: Visit): Promise<Answer> {
  const { t } = visit
  const found = await visit.call(getChallenge, { params: { id: visit.param('id') } })
  const title = t('challenge.title')
  return page(
    title,
    <div className="shell max-w-md! pt-10">
      <div className="card p-6 text-center">
        <span className="mx-auto mb-4 flex size-14 items-center justify-center rounded-full bg-panel">
          <Icon name="shield" size={28} />
        </span>
        <h1 className="text-2xl">{title}</h1>
        <p className="mt-3 font-semibold text-3xl">
          <Amount visit={visit} value={found.amount} />
        </p>
        <p className="quiet mt-1">{visit.shopName}</p>
        {found.status === 'pending' ? (
          <>
            <p className="quiet mt-4 text-sm">{t('challenge.text', { until: visit.formats.time(found.expires_at) })}</p>
            <form method="post" action={visit.href(visit.path)} className="mt-6 grid gap-3">
              <button type="submit" name="answer" value="approve" className="button" data-primary="" data-large="">
                {t('challenge.approve')}
              </button>
              <button type="submit" name="answer" value="decline" className="button">
                {t('challenge.decline')}
              </button>
            </form>
          </>
        ) : (
          <div className="mt-5 grid gap-4 text-start">
            <NoticeBox tone="warn">{t('challenge.over')}</NoticeBox>
            <a className="button" href={visit.href('/cart')}>
              {t('cart.title')}
            </a>
          </div>
        )}
      </div>
    </div>,
    { frame: 'plain', noIndex: true },
  )
}

export async function settleChallenge(visit: Visit): Promise<Answer> {
  const approve = visit.form.text('answer') === 'approve'
  const settled = await attempt(visit.call(answerChallenge, { params: { id: visit.param('id') }, body: { approve } }))
  if (settled.ok) {
    setCartCount(visit, 0)
    return seeOther(visit.href(`/orders/${settled.value.order.number}`, { token: settled.value.token, placed: '1' }))
  }
  if (settled.error.code === 'payment_declined') return seeOther(visit.href('/checkout', { declined: '1' }))
  return seeOther(visit.href(visit.path))
}
