import type { Money } from '@cityos/contract'
import type { AdminOrder } from '@cityos/data-plane/contract'
import { Avatar, Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { Ident, MoneyText } from '../fields/values.tsx'

type Line = AdminOrder['sub_orders'][number]['lines'][number]

/** What was ordered, with how much of it is still open, handed over or cancelled. */
export function OrderLines({ lines }: { lines: Line[] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const number = (value: number) => formatNumber(value, locale)
  return (
    <Stack component="ul" spacing={1.5} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {lines.map((line) => (
        <Stack key={line.id} component="li" direction="row" spacing={1.5}>
          <Avatar variant="rounded" src={line.picture?.url} alt="" sx={{ width: 48, height: 48, backgroundColor: 'action.hover' }} />
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography>
              <bdi>{line.title}</bdi>
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {line.subtitle && <bdi>{line.subtitle}</bdi>}
              {line.subtitle && line.sku && ' · '}
              {line.sku && <Ident value={line.sku} />}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {[
                line.quantity_open > 0 && t('order.open_units', { count: number(line.quantity_open) }),
                line.quantity_fulfilled > 0 && t('order.fulfilled_units', { count: number(line.quantity_fulfilled) }),
                line.quantity_cancelled > 0 && t('order.cancelled_units', { count: number(line.quantity_cancelled) }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Typography>
          </Box>
          <Box sx={{ textAlign: 'end', flexShrink: 0 }}>
            <Typography>
              <MoneyText value={line.total} />
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {number(line.quantity)} × <MoneyText value={line.unit_price} />
            </Typography>
            {line.refunded.amount > 0 && (
              <Typography variant="body2" color="warning.main">
                {t('order.refunded')} <MoneyText value={line.refunded} />
              </Typography>
            )}
          </Box>
        </Stack>
      ))}
    </Stack>
  )
}

/** The sums under the lines; zero ones are left out, the total never. */
export function OrderTotals({ rows, total }: { rows: { label: string; value: Money }[]; total: Money }) {
  const t = useTranslate()
  return (
    <Stack
      spacing={0.5}
      sx={{
        '&:not(:first-child)': { marginBlockStart: 2 },
        borderBlockStart: 1,
        borderColor: 'divider',
        paddingBlockStart: 1.5,
        maxWidth: 360,
        marginInlineStart: 'auto',
      }}
    >
      {rows
        .filter((row) => row.value.amount !== 0)
        .map((row) => (
          <Stack key={row.label} direction="row" sx={{ justifyContent: 'space-between' }}>
            <Typography color="textSecondary">{t(row.label)}</Typography>
            <MoneyText value={row.value} />
          </Stack>
        ))}
      <Stack direction="row" sx={{ justifyContent: 'space-between' }}>
        <Typography sx={{ fontWeight: 600 }}>{t('field.total')}</Typography>
        <MoneyText value={total} strong />
      </Stack>
    </Stack>
  )
}
