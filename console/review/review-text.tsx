import type { ManagedReview } from '@cityos/data-plane/contract'
import StarIcon from '@mui/icons-material/Star'
import StarBorderIcon from '@mui/icons-material/StarBorder'
import { Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { RecordLink } from '../fields/record-link.tsx'
import { When } from '../fields/values.tsx'

/** Five stars, so many of them full; said as words to those who do not see them. */
export function Stars({ rating }: { rating: number }) {
  const t = useTranslate()
  return (
    <Box role="img" aria-label={t('review.stars', { count: rating })} sx={{ display: 'inline-flex', color: 'warning.main' }}>
      {[1, 2, 3, 4, 5].map((star) =>
        star <= rating ? <StarIcon key={star} fontSize="small" /> : <StarBorderIcon key={star} fontSize="small" />,
      )}
    </Box>
  )
}

/** What was written and by whom, the vendor's reply under it, and why it is hidden. */
export function ReviewText({ review }: { review: ManagedReview }) {
  const t = useTranslate()
  return (
    <Stack
      spacing={0.5}
      sx={{ minWidth: { md: 260 }, maxWidth: 560, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', textAlign: 'start' }}
    >
      {review.text && (
        <Typography variant="body2" dir="auto" lang={review.locale}>
          {review.text}
        </Typography>
      )}
      <Typography variant="body2" color="textSecondary">
        {review.author ? <bdi>{review.author}</bdi> : t('review.unnamed')}
      </Typography>
      {review.reply && (
        <Box sx={{ borderInlineStart: 3, borderColor: 'divider', paddingInlineStart: 1 }}>
          <Typography variant="body2" dir="auto">
            {review.reply.text}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {t('review.reply')} · <When at={review.reply.at} />
          </Typography>
        </Box>
      )}
      {review.hidden_reason && (
        <Typography variant="body2" color="error">
          {t('review.hidden_because')} <bdi>{review.hidden_reason}</bdi>
        </Typography>
      )}
    </Stack>
  )
}

export function OrderLink({ id }: { id: string }) {
  const t = useTranslate()
  return <RecordLink to={`/orders/${id}/show`}>{t('review.order')}</RecordLink>
}
