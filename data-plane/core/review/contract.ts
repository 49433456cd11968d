import { anyone, endpoint, Locale, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

export const Review = z.object({
  id: z.string(),
  created_at: z.string(),
  vertical: z.string(),
  reference: z.object({ type: z.string(), id: z.string() }),
  /** What was bought, in the language asked for. */
  title: z.string(),
  rating: z.int().min(1).max(5),
  text: z.string().nullable(),
  /** null = the reviewer stays unnamed. */
  author: z.string().nullable(),
  /** Language it was written in. */
  locale: Locale,
  reply: z.object({ text: z.string(), at: z.string() }).nullable(),
})
export type Review = z.infer<typeof Review>

export const Rating = z.object({ count: z.int(), /** One decimal; null without reviews. */ average: z.number().nullable() })
export type Rating = z.infer<typeof Rating>

export const ManagedReview = Review.extend({
  status: z.enum(['published', 'hidden']),
  hidden_reason: z.string().nullable(),
  order_id: z.string(),
  vendor_id: z.string(),
  actions: z.array(z.enum(['reply', 'hide', 'show'])),
})
export type ManagedReview = z.infer<typeof ManagedReview>

/** Whether a line may be reviewed now: the code a try would be refused with, or null. */
export const ReviewState = z.object({
  review: Review.nullable(),
  refusal: z.enum(['purchase_required', 'not_completed_yet', 'already_reviewed', 'review_window_closed']).nullable(),
})
export type ReviewState = z.infer<typeof ReviewState>

const orderAccess = z.object({ token: z.string().max(200).optional() })
const text = z.string().trim().min(1).max(4000)

export const listReviews = listEndpoint({
  id: 'store.review.list',
  method: 'GET',
  path: '/v1/store/reviews',
  summary: 'Reviews of one thing or one vendor, newest first',
  access: anyone,
  query: z.object({
    reference_type: z.string().max(60).optional(),
    reference_id: z.string().max(60).optional(),
    vendor_id: z.string().max(60).optional(),
    rating: z.coerce.number().int().min(1).max(5).optional(),
  }),
  response: Review,
  errors: ['validation_failed'],
})

export const getRating = endpoint({
  id: 'store.rating.get',
  method: 'GET',
  path: '/v1/store/ratings/{type}/{id}',
  summary: 'How one thing is rated',
  access: anyone,
  params: z.object({ type: z.string(), id: z.string() }),
  response: Rating,
})

export const getReviewState = endpoint({
  id: 'store.review.state',
  method: 'GET',
  path: '/v1/store/order-lines/{id}/review',
  summary: 'The review of a bought line, or whether it may be written now',
  access: anyone,
  params: z.object({ id: z.string() }),
  query: orderAccess,
  response: ReviewState,
})

export const createReview = endpoint({
  id: 'store.review.create',
  method: 'POST',
  path: '/v1/store/order-lines/{id}/review',
  summary: 'Reviews what was bought and received, once',
  access: anyone,
  params: z.object({ id: z.string() }),
  query: orderAccess,
  body: z.object({
    rating: z.int().min(1).max(5),
    text: text.nullable().optional(),
    /** Without it the reviewer stays unnamed. */
    author: z.string().trim().min(1).max(60).nullable().optional(),
  }),
  response: Review,
  status: 201,
  errors: ['purchase_required', 'not_completed_yet', 'already_reviewed', 'review_window_closed'],
})

export const listVendorReviews = listEndpoint({
  id: 'vendor.review.list',
  method: 'GET',
  path: '/v1/vendor/reviews',
  summary: 'Own reviews, newest first',
  access: vendor('read', 'review'),
  query: z.object({ rating: z.coerce.number().int().min(1).max(5).optional() }),
  response: ManagedReview,
})

export const replyToReview = endpoint({
  id: 'vendor.review.reply',
  method: 'POST',
  path: '/v1/vendor/reviews/{id}/reply',
  summary: 'Answers a review; a second answer replaces the first',
  access: vendor('write', 'review'),
  params: z.object({ id: z.string() }),
  body: z.object({ text }),
  response: ManagedReview,
})

export const listAdminReviews = listEndpoint({
  id: 'admin.review.list',
  method: 'GET',
  path: '/v1/admin/reviews',
  summary: 'All reviews, newest first',
  access: staff('read', 'review'),
  query: z.object({ status: z.enum(['published', 'hidden']).optional(), vendor_id: z.string().optional() }),
  response: ManagedReview,
})

export const hideReview = endpoint({
  id: 'admin.review.hide',
  method: 'POST',
  path: '/v1/admin/reviews/{id}/hide',
  summary: 'Takes a review out of sight; its rating no longer counts',
  access: staff('approve', 'review'),
  params: z.object({ id: z.string() }),
  body: z.object({ reason: z.string().trim().min(1).max(500) }),
  response: ManagedReview,
  errors: ['invalid_transition'],
})

export const showReview = endpoint({
  id: 'admin.review.show',
  method: 'POST',
  path: '/v1/admin/reviews/{id}/show',
  summary: 'Shows a hidden review again',
  access: staff('approve', 'review'),
  params: z.object({ id: z.string() }),
  response: ManagedReview,
  errors: ['invalid_transition'],
})
