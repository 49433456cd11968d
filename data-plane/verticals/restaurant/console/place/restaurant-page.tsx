import {
  ActionButtons,
  type Fact,
  Facts,
  FailureState,
  ListSkeleton,
  Panel,
  StatusChip,
  TranslatedText,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import { Alert, Box, Stack, Tab, Tabs } from '@mui/material'
import { EditButton, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { getVendorRestaurant, type ManagedRestaurant, submitVendorRestaurant } from '../../contract.ts'
import { PauseButton } from '../board/pause-button.tsx'
import { DeliveryAreas } from './delivery-areas.tsx'
import { DiningTables } from './dining-tables.tsx'
import { OpeningExceptions } from './opening-exceptions.tsx'
import { OpeningHours } from './opening-hours.tsx'

const tabs = ['overview', 'hours', 'areas', 'tables'] as const
type TabName = (typeof tabs)[number]

/** One restaurant: how it works, when it is open, where it delivers, its tables. */
export function RestaurantPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [search, setSearch] = useSearchParams()
  const { data, error, refetch } = useRead(getVendorRestaurant, { params: { id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const tab = tabs.find((name) => name === search.get('tab')) ?? 'overview'
  return (
    <Box>
      <Title title={pickText(data.name, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          <PauseButton restaurant={data} />
          <ActionButtons resource="restaurants" record={data} names={data.actions} endpoints={{ submit: submitVendorRestaurant }} />
          <EditButton record={data} />
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        {data.status_reason && <Alert severity="warning">{data.status_reason}</Alert>}
        {data.status === 'draft' && <Alert severity="info">{t('restaurant.draft_text')}</Alert>}
        <Tabs value={tab} onChange={(_, next: TabName) => setSearch({ tab: next })} variant="scrollable" allowScrollButtonsMobile>
          {tabs.map((name) => (
            <Tab key={name} value={name} label={t(`restaurant.tab_${name}`)} />
          ))}
        </Tabs>
        {tab === 'overview' && (
          <Panel>
            <Facts facts={restaurantFacts(data, t)} />
          </Panel>
        )}
        {tab === 'hours' && (
          <>
            <OpeningHours restaurant={data} />
            <OpeningExceptions restaurantId={data.id} />
          </>
        )}
        {tab === 'areas' && <DeliveryAreas restaurant={data} />}
        {tab === 'tables' && <DiningTables restaurantId={data.id} />}
      </Stack>
    </Box>
  )
}

/** What is set for a restaurant, for its own page and the tenant's. */
export function restaurantFacts(restaurant: ManagedRestaurant, t: (key: string, values?: object) => string): Fact[] {
  const minutes = (count: number) => t('restaurant.in_minutes', { count })
  return [
    { label: 'field.status', value: <StatusChip status={restaurant.status} /> },
    { label: 'field.vendor', value: <TranslatedText value={restaurant.vendor.name} /> },
    { label: 'field.services', value: restaurant.services.map((service) => t(`choice.service.${service}`)).join(' · ') },
    { label: 'field.address', value: <bdi>{restaurant.address}</bdi> },
    { label: 'field.prep_minutes', value: minutes(restaurant.prep_minutes) },
    { label: 'field.delivery_minutes', value: minutes(restaurant.delivery_minutes) },
    { label: 'field.slot_minutes', value: minutes(restaurant.slot_minutes) },
    { label: 'field.max_prep_points_per_slot', value: restaurant.max_prep_points_per_slot },
    { label: 'field.accept_timeout_s', value: t('restaurant.seconds', { count: restaurant.accept_timeout_s }) },
    { label: 'field.auto_accept', value: t(`ra.boolean.${restaurant.auto_accept}`) },
    { label: 'field.takes_reservations', value: t(`ra.boolean.${restaurant.takes_reservations}`) },
    { label: 'field.commercial_reg_no', value: <bdi dir="ltr">{restaurant.commercial_reg_no ?? '–'}</bdi> },
    { label: 'field.municipal_licence_no', value: <bdi dir="ltr">{restaurant.municipal_licence_no ?? '–'}</bdi> },
    { label: 'field.licence_valid_until', value: <When at={restaurant.licence_valid_until} /> },
  ]
}
