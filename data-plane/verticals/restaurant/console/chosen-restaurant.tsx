import { EmptyState, FailureState, InlineField, ListSkeleton, TranslatedText, useRead } from '@cityos/console/kit'
import { Button, MenuItem } from '@mui/material'
import type { ReactNode } from 'react'
import { Link, useStore, useTranslate } from 'react-admin'
import { listVendorRestaurants, type ManagedRestaurant } from '../contract.ts'

/** The restaurant the pages of this browser are about, remembered; the first one until another is picked. */
export function useChosenRestaurant() {
  const { data, error, refetch } = useRead(listVendorRestaurants, { query: { limit: 100 } }, { refetchInterval: 60_000 })
  const [id, choose] = useStore<string>('chosen-restaurant', '')
  const restaurant = data?.items.find((item) => item.id === id) ?? data?.items[0]
  return { restaurants: data?.items, restaurant, choose, error, refetch }
}

/** Picks one of several restaurants; not there for those who have one. */
export function RestaurantPicker({
  restaurants,
  restaurant,
  choose,
}: {
  restaurants: ManagedRestaurant[]
  restaurant: ManagedRestaurant
  choose: (id: string) => void
}) {
  const t = useTranslate()
  if (restaurants.length < 2) return null
  return (
    <InlineField
      select
      label={t('field.restaurant')}
      value={restaurant.id}
      onChange={(event) => choose(event.target.value)}
      sx={{ minWidth: 180 }}
    >
      {restaurants.map((item) => (
        <MenuItem key={item.id} value={item.id}>
          <TranslatedText value={item.name} />
        </MenuItem>
      ))}
    </InlineField>
  )
}

/** A page about one restaurant: says what is missing when there is none. */
export function OfRestaurant({ children }: { children: (restaurant: ManagedRestaurant, picker: ReactNode) => ReactNode }) {
  const t = useTranslate()
  const { restaurants, restaurant, choose, error, refetch } = useChosenRestaurant()
  if (error && !restaurants) return <FailureState error={error} retry={refetch} />
  if (!restaurants) return <ListSkeleton rows={8} />
  if (!restaurant)
    return (
      <EmptyState title={t('resources.restaurants.empty')} text={t('resources.restaurants.empty_text')}>
        <Button variant="contained" component={Link} to="/restaurants/create">
          {t('resources.restaurants.create')}
        </Button>
      </EmptyState>
    )
  return children(restaurant, <RestaurantPicker restaurants={restaurants} restaurant={restaurant} choose={choose} />)
}
