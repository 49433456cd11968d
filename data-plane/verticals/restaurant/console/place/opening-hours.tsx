import {
  emptyWeek,
  FailureState,
  ListSkeleton,
  Panel,
  useFailureNotice,
  useRead,
  useSend,
  type Week,
  WeekHours,
  weekdays,
  weekFails,
} from '@cityos/console/kit'
import { Button, Stack, Tab, Tabs } from '@mui/material'
import { useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import {
  getOpeningHours,
  type WeekHours as Hours,
  type ManagedRestaurant,
  type RestaurantService,
  setOpeningHours,
} from '../../contract.ts'

/** The week of each service; hours past midnight belong to the day they begin on. */
export function OpeningHours({ restaurant }: { restaurant: ManagedRestaurant }) {
  const t = useTranslate()
  const { data, error, refetch } = useRead(getOpeningHours, { params: { id: restaurant.id } })
  return (
    <Panel title={t('restaurant.week')}>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : data ? (
        <HoursForm key={JSON.stringify(data.days)} restaurant={restaurant} hours={data} />
      ) : (
        <ListSkeleton rows={7} />
      )}
    </Panel>
  )
}

type Weeks = Partial<Record<RestaurantService, Week>>

function weeksOf(hours: Hours, services: RestaurantService[]): Weeks {
  const weeks: Weeks = Object.fromEntries(services.map((service) => [service, emptyWeek()]))
  for (const day of hours.days) {
    const week = weeks[day.service]
    if (week) week[day.weekday] = day.windows.map((window) => ({ start: window.opens_at, end: window.closes_at }))
  }
  return weeks
}

const daysOf = (weeks: Weeks): Hours['days'] =>
  (Object.entries(weeks) as [RestaurantService, Week][]).flatMap(([service, week]) =>
    weekdays
      .filter((weekday) => (week[weekday] ?? []).length > 0)
      .map((weekday) => ({
        service,
        weekday,
        windows: (week[weekday] ?? []).map(({ start, end }) => ({ opens_at: start, closes_at: end })),
      })),
  )

function HoursForm({ restaurant, hours }: { restaurant: ManagedRestaurant; hours: Hours }) {
  const t = useTranslate()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(setOpeningHours)
  const before = weeksOf(hours, restaurant.services)
  const [weeks, setWeeks] = useState(before)
  const [service, setService] = useState<RestaurantService>(restaurant.services[0] ?? 'pickup')
  const week = weeks[service] ?? emptyWeek()
  const changed = JSON.stringify(weeks) !== JSON.stringify(before)
  const wrong = Object.values(weeks).some((item) => weekFails(item, true))
  const others = restaurant.services.filter((item) => item !== service)
  return (
    <Stack spacing={1.5}>
      <Tabs value={service} onChange={(_, next: RestaurantService) => setService(next)} aria-label={t('field.service')}>
        {restaurant.services.map((item) => (
          <Tab key={item} value={item} label={t(`choice.service.${item}`)} />
        ))}
      </Tabs>
      <WeekHours week={week} onChange={(next) => setWeeks({ ...weeks, [service]: next })} overnight off={t('restaurant.closed_day')} />
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
        <Button
          variant="contained"
          disabled={!changed || wrong}
          loading={send.isPending}
          onClick={() =>
            send.mutate(
              { params: { id: restaurant.id }, body: { days: daysOf(weeks) } },
              { onSuccess: () => notify(t('shell.done'), { type: 'success' }), onError: failed },
            )
          }
        >
          {t('ra.action.save')}
        </Button>
        {others.length > 0 && (
          <Button
            variant="outlined"
            onClick={() => setWeeks({ ...weeks, ...Object.fromEntries(others.map((item) => [item, structuredClone(week)])) })}
          >
            {t('restaurant.same_for_all')}
          </Button>
        )}
      </Stack>
    </Stack>
  )
}
