import { hideReview, listAdminReviews, listVendorReviews, type ManagedReview, replyToReview, showReview } from '@cityos/data-plane/contract'
import ReviewsIcon from '@mui/icons-material/ReviewsOutlined'
import { ActionButtons } from '../screen/actions.tsx'
import type { Column, Screen } from '../screen/screen.ts'
import { OrderLink, ReviewText, Stars } from './review-text.tsx'

const review = (record: unknown) => record as ManagedReview
const endpoints = { reply: replyToReview, hide: hideReview, show: showReview }

const columns: (string | Column)[] = [
  { source: 'title', label: 'field.review_of', render: (record) => <bdi>{review(record).title}</bdi> },
  { source: 'rating', card: 'aside', render: (record) => <Stars rating={review(record).rating} /> },
  { source: 'text', label: 'field.review', render: (record) => <ReviewText review={review(record)} /> },
  'created_at',
]

const buttons: Column = {
  source: 'actions',
  label: 'shell.actions',
  render: (record) => (
    <ActionButtons resource="reviews" record={record} names={review(record).actions} endpoints={endpoints} size="small" />
  ),
}

/** What customers wrote about what this vendor sold; each may be answered. */
export const vendorReviewScreen: Screen = {
  name: 'reviews',
  icon: ReviewsIcon,
  endpoints: { list: listVendorReviews },
  columns: [...columns, 'status', buttons],
  filters: ['rating'],
  title: (record) => String(record['title']),
  menu: { group: 'selling', key: 'w' },
}

/** Every review of the shop; what breaks its rules is hidden, with the reason. */
export const adminReviewScreen: Screen = {
  name: 'reviews',
  icon: ReviewsIcon,
  endpoints: { list: listAdminReviews },
  columns: [
    ...columns,
    { source: 'order_id', label: 'field.order', render: (record) => <OrderLink id={review(record).order_id} /> },
    'status',
    buttons,
  ],
  filters: ['vendor_id'],
  tabs: { values: ['published', 'hidden'] satisfies ManagedReview['status'][] },
  title: (record) => String(record['title']),
  menu: { group: 'selling', key: 'w' },
}
