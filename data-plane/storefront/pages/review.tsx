import { createReview, getReviewState } from '../../core/review/contract.ts'
import { FieldError, type FieldErrors, FormPage } from '../components/fields.tsx'
import { Icon } from '../components/icon.tsx'
import { NoticeBox } from '../components/layout.tsx'
import { Stars } from '../components/reviews.tsx'
import { failureText } from '../failure-text.ts'
import type { MessageKey } from '../i18n/messages.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

const tokenOf = (visit: Visit): string | undefined => visit.query.get('token') ?? (visit.form.text('token') || undefined)

/** The review of one bought line: the form, what was written, or why it cannot be written now. */
export async function reviewForm(visit: Visit): Promise<Answer> {
  return reviewPage(visit, {}, 200)
}

async function reviewPage(visit: Visit, errors: FieldErrors, status: number): Promise<Answer> {
  const { t, form } = visit
  const line = visit.param('line')
  const state = await visit.call(getReviewState, { params: { id: line }, query: { token: tokenOf(visit) } })
  const { review, refusal } = state
  const token = tokenOf(visit)
  return page(
    t('review.title'),
    <FormPage title={t('review.title')} lead={review?.title}>
      {review ? (
        <div className="card grid gap-3 p-5">
          <Stars visit={visit} rating={review.rating} />
          {review.text && <p className="prose">{review.text}</p>}
          <p className="quiet text-sm">{visit.formats.date(review.created_at)}</p>
          {review.reply && (
            <div className="border-line border-s-2 ps-4">
              <p className="font-semibold text-sm">{t('review.reply')}</p>
              <p>{review.reply.text}</p>
            </div>
          )}
        </div>
      ) : refusal ? (
        <NoticeBox tone="plain">{t(`review.refusal.${refusal}` satisfies MessageKey)}</NoticeBox>
      ) : (
        <form method="post" action={visit.href(`/reviews/${line}`)} className="grid gap-5" noValidate>
          {errors['form'] && (
            <NoticeBox tone="bad" role="alert">
              {errors['form']}
            </NoticeBox>
          )}
          {token && <input type="hidden" name="token" value={token} />}
          <fieldset className="field" id="rating">
            <legend className="mb-2">{t('review.rating')}</legend>
            <div className="rating">
              {[1, 2, 3, 4, 5].map((value) => (
                <label key={value}>
                  <input
                    type="radio"
                    name="rating"
                    value={value}
                    defaultChecked={form.text('rating') === String(value)}
                    className="sr-only"
                  />
                  <Icon name="star" size={34} />
                  <span className="sr-only">{t('review.stars', { count: value })}</span>
                </label>
              ))}
            </div>
            <FieldError name="rating" error={errors['rating']} />
          </fieldset>
          <div className="field">
            <label htmlFor="text">
              {t('review.text')} <span className="quiet font-normal">{t('field.optional')}</span>
            </label>
            <textarea id="text" name="text" rows={5} maxLength={4000} defaultValue={form.text('text')} className="control" />
          </div>
          <div className="field">
            <label htmlFor="author">
              {t('review.author')} <span className="quiet font-normal">{t('field.optional')}</span>
            </label>
            <input
              id="author"
              name="author"
              maxLength={60}
              defaultValue={form.text('author')}
              autoComplete="given-name"
              className="control"
            />
          </div>
          <button type="submit" className="button" data-primary="" data-large="">
            {t('review.submit')}
          </button>
        </form>
      )}
    </FormPage>,
    { noIndex: true, status, canonical: `/reviews/${line}` },
  )
}

export async function writeReview(visit: Visit): Promise<Answer> {
  const { form, t } = visit
  const rating = form.integer('rating')
  if (rating === null || rating < 1 || rating > 5) return reviewPage(visit, { rating: t('review.choose') }, 422)
  const token = tokenOf(visit)
  const written = await attempt(
    visit.call(createReview, {
      params: { id: visit.param('line') },
      query: { token },
      body: { rating, text: form.text('text').slice(0, 4000) || null, author: form.text('author').slice(0, 60) || null },
    }),
  )
  if (!written.ok) return reviewPage(visit, { form: failureText(visit, written.error) }, written.error.status)
  visit.notify('review_sent')
  return seeOther(visit.href(`/reviews/${visit.param('line')}`, { token }))
}
