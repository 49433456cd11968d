import { listReviews, type Review } from '../../core/review/contract.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'

/** A rating in words for readers, in stars for the eye. */
export function Stars({ visit, rating }: { visit: Visit; rating: number }) {
  return (
    <p className="flex items-center gap-0.5 text-brand-text">
      {[1, 2, 3, 4, 5].map((value) => (
        <span key={value} className={value <= rating ? 'stars-on' : 'text-line'}>
          <Icon name="star" size={20} />
        </span>
      ))}
      <span className="sr-only">{visit.t('review.stars', { count: rating })}</span>
    </p>
  )
}

/** What a page may show of reviews; read together with the rest of it. */
export interface ReviewList {
  items: Review[]
  total: number
}

/** Newest reviews of a vendor's things. */
export function vendorReviews(visit: Visit, vendorId: string): Promise<ReviewList> {
  return visit.call(listReviews, { query: { vendor_id: vendorId, limit: 6 } })
}

/** The newest reviews with answers; nothing where nobody has written yet. */
export function Reviews({ visit, reviews }: { visit: Visit; reviews: ReviewList }) {
  const { t, formats } = visit
  if (reviews.items.length === 0) return null
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews" className="mb-3 text-xl">
        {t('review.list', { count: reviews.total })}
      </h2>
      <ul className="grid gap-4 sm:grid-cols-2">
        {reviews.items.map((review) => (
          <li key={review.id} className="card grid content-start gap-2 p-4">
            <Stars visit={visit} rating={review.rating} />
            {review.text && (
              <p lang={review.locale}>
                <bdi>{review.text}</bdi>
              </p>
            )}
            <p className="quiet text-sm">
              <bdi>{review.author ?? t('review.unnamed')}</bdi> · {formats.date(review.created_at)} · {review.title}
            </p>
            {review.reply && (
              <div className="border-line border-s-2 ps-3 text-sm">
                <p className="font-semibold">{t('review.reply')}</p>
                <p>
                  <bdi>{review.reply.text}</bdi>
                </p>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

export interface ReviewLinkProps {
  visit: Visit
  /** The bought line. */
  lineId: string
  /** From then on; null while there is nothing to review. */
  allowedAt: string | null
  /** Of a guest's order. */
  token?: string
}

/** Leads to the review form once the thing was given. */
export function ReviewLink({ visit, lineId, allowedAt, token }: ReviewLinkProps) {
  if (!allowedAt || Date.parse(allowedAt) > visit.now.getTime()) return null
  return (
    <a className="button" href={visit.href(`/reviews/${lineId}`, { token })}>
      <Icon name="star" size={18} />
      {visit.t('review.title')}
    </a>
  )
}
