import { FailureState, ListSkeleton, Panel, useFailureNotice, useRead, useSend, WeekHours, weekFails } from '@cityos/console/kit'
import { Button, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { type AvailabilityRule, vendorListRules, vendorReplaceRules } from '../../contract.ts'
import { rulesOf, weekOf } from './week.ts'

/** The hours a provider works every week. */
export function WeekEditor({ providerId }: { providerId: string }) {
  const t = useTranslate()
  const { data, error, refetch } = useRead(vendorListRules, { params: { id: providerId } })
  return (
    <Panel title={t('booking.week')}>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : data ? (
        <WeekForm key={JSON.stringify(data)} providerId={providerId} rules={data} />
      ) : (
        <ListSkeleton rows={7} />
      )}
    </Panel>
  )
}

function WeekForm({ providerId, rules }: { providerId: string; rules: AvailabilityRule[] }) {
  const t = useTranslate()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(vendorReplaceRules)
  const { week: before, dated } = weekOf(rules)
  const [week, setWeek] = useState(before)
  const changed = JSON.stringify(week) !== JSON.stringify(before)
  return (
    <Stack spacing={1.5}>
      <WeekHours week={week} onChange={setWeek} off={t('booking.day_off')} />
      {dated.length > 0 && <Typography color="textSecondary">{t('booking.dated_rules', { smart_count: dated.length })}</Typography>}
      <Button
        variant="contained"
        disabled={!changed || weekFails(week, false)}
        loading={send.isPending}
        sx={{ alignSelf: 'flex-start' }}
        onClick={() =>
          send.mutate(
            { params: { id: providerId }, body: { rules: rulesOf(week, dated) } },
            { onSuccess: () => notify(t('shell.done'), { type: 'success' }), onError: failed },
          )
        }
      >
        {t('ra.action.save')}
      </Button>
    </Stack>
  )
}
