import type { AdminOrder } from '@cityos/data-plane/contract'
import { Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { When } from '../fields/values.tsx'

/** What happened to an order, newest first. */
export function OrderEvents({ events }: { events: AdminOrder['events'] }) {
  const t = useTranslate()
  const sorted = [...events].sort((one, other) => other.at.localeCompare(one.at))
  return (
    <Stack component="ol" spacing={1.25} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {sorted.map((event, index) => (
        <Stack key={`${event.at}-${event.type}-${event.sub_order_id ?? 'order'}`} component="li" direction="row" spacing={1.5}>
          <Box
            aria-hidden
            sx={{
              width: 10,
              height: 10,
              borderRadius: '50%',
              marginBlockStart: 0.75,
              flexShrink: 0,
              backgroundColor: index === 0 ? 'primary.main' : 'divider',
            }}
          />
          <Box sx={{ minWidth: 0 }}>
            <Typography>
              {t(`order_event.${event.type}`, { _: event.type })}{' '}
              <Typography component="span" variant="body2" color="textSecondary">
                {t(`order.by_${event.by}`)}
              </Typography>
            </Typography>
            {event.message && (
              <Typography variant="body2" dir="auto">
                {event.message}
              </Typography>
            )}
            <Typography variant="body2" color="textSecondary">
              <When at={event.at} />
            </Typography>
          </Box>
        </Stack>
      ))}
    </Stack>
  )
}
