import {
  type Fact,
  Facts,
  formatNumber,
  formatWhenIn,
  Ident,
  MoneyText,
  Panel,
  RowsTable,
  StatusChip,
  useConsoleLocale,
  When,
} from '@cityos/console/kit'
import type { Money } from '@cityos/contract'
import { Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { FoodOrder, FoodOrderSummary } from '../contract.ts'

/** What the vendor's and the tenant's view of a meal have in common. */
export interface MealShown extends FoodOrderSummary {
  dishes: FoodOrder['dishes']
  history: FoodOrder['history']
  subtotal: Money
  delivery: Money
  tip: Money
  refunded: Money
  address: FoodOrder['address']
  kitchen_note: string | null
  utensils: boolean
  reason: string | null
}

/** A meal with its dishes, money and steps. */
export function MealDetail({ meal, more = [] }: { meal: MealShown; more?: Fact[] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const zone = meal.restaurant.timezone
  const facts: Fact[] = [
    { label: 'field.restaurant', value: <bdi>{meal.restaurant.name}</bdi> },
    { label: 'field.service', value: t(`choice.service.${meal.service}`) },
    { label: 'field.placed_at', value: formatWhenIn(meal.placed_at, zone, locale) },
    { label: 'field.promised_ready_at', value: formatWhenIn(meal.promised_ready_at, zone, locale) },
    { label: 'field.order', value: <Ident value={meal.order_number} copy /> },
    ...more,
  ]
  if (meal.promised_delivery_at)
    facts.push({ label: 'field.promised_delivery_at', value: formatWhenIn(meal.promised_delivery_at, zone, locale) })
  if (meal.address)
    facts.push({
      label: 'field.address',
      value: (
        <bdi>
          {[meal.address.line1, meal.address.line2, meal.address.district, meal.address.city, meal.address.directions]
            .filter(Boolean)
            .join(', ')}
        </bdi>
      ),
    })
  if (meal.reason) facts.push({ label: 'field.reason', value: <bdi>{meal.reason}</bdi> })
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: 'minmax(0, 2fr) minmax(280px, 1fr)' } }}>
      <Stack spacing={2} sx={{ minWidth: 0 }}>
        <Panel>
          <Stack spacing={2} sx={{ alignItems: 'flex-start', '& > dl': { alignSelf: 'stretch' } }}>
            <StatusChip status={meal.status} />
            <Facts facts={facts} />
            {meal.kitchen_note && (
              <Typography dir="auto" sx={{ backgroundColor: 'action.hover', borderRadius: 1, padding: 1.5 }}>
                {meal.kitchen_note}
              </Typography>
            )}
          </Stack>
        </Panel>
        <Panel title={t('restaurant.dishes')} dense>
          <RowsTable
            title={t('restaurant.dishes')}
            rows={meal.dishes}
            rowKey={(dish) => dish.id}
            empty={t('restaurant.no_dishes')}
            columns={[
              {
                label: 'field.dish',
                cell: (dish) => (
                  <>
                    <bdi>{dish.name}</bdi>
                    {dish.options.length > 0 && (
                      <Typography variant="body2" color="textSecondary">
                        <bdi>{dish.options.map((option) => option.name).join(' · ')}</bdi>
                      </Typography>
                    )}
                  </>
                ),
              },
              { label: 'field.quantity', cell: (dish) => formatNumber(dish.quantity, locale), end: true },
              { label: 'field.prep_points', cell: (dish) => formatNumber(dish.prep_points, locale), end: true },
              { label: 'field.total', cell: (dish) => <MoneyText value={dish.total} />, end: true },
            ]}
          />
        </Panel>
      </Stack>
      <Stack spacing={2} sx={{ minWidth: 0 }}>
        <Panel title={t('restaurant.money')}>
          <Facts
            columns={130}
            facts={[
              { label: 'field.subtotal', value: <MoneyText value={meal.subtotal} /> },
              { label: 'field.delivery', value: <MoneyText value={meal.delivery} /> },
              { label: 'field.tip', value: <MoneyText value={meal.tip} /> },
              { label: 'field.total', value: <MoneyText value={meal.total} strong /> },
              { label: 'field.refunded', value: <MoneyText value={meal.refunded} /> },
            ]}
          />
        </Panel>
        <Panel title={t('order.timeline')}>
          <Stack component="ol" spacing={1} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {meal.history.map((step) => (
              <Stack
                key={`${step.status}-${step.at}`}
                component="li"
                direction="row"
                sx={{ justifyContent: 'space-between', gap: 1, flexWrap: 'wrap' }}
              >
                <StatusChip status={step.status} />
                <When at={step.at} />
              </Stack>
            ))}
          </Stack>
        </Panel>
      </Stack>
    </Box>
  )
}
