import { type Fact, Facts, FailureState, ListSkeleton, Panel, StatusChip, useRead } from '@cityos/console/kit'
import { Alert, Box, Stack } from '@mui/material'
import { EditButton, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { vendorGetProvider } from '../../contract.ts'
import { ProviderBlocks } from './provider-blocks.tsx'
import { ProviderCalendars } from './provider-calendars.tsx'
import { ProviderExceptions } from './provider-exceptions.tsx'
import { WeekEditor } from './week-editor.tsx'

/** One person, room or piece of equipment: when it works, when it does not, and the calendars it is tied to. */
export function ProviderPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data: provider, error, refetch } = useRead(vendorGetProvider, { params: { id } })
  if (error && !provider) return <FailureState error={error} retry={refetch} />
  if (!provider) return <ListSkeleton />
  const facts: Fact[] = [
    { label: 'field.kind', value: t(`choice.kind.${provider.kind}`) },
    { label: 'field.active', value: t(`ra.boolean.${provider.active}`) },
    { label: 'field.verification', value: <StatusChip status={provider.verification} /> },
    { label: 'field.timezone', value: <bdi dir="ltr">{provider.timezone}</bdi> },
    { label: 'field.priority', value: provider.priority },
    { label: 'field.weight', value: provider.weight },
    { label: 'field.offering_count', value: provider.offering_count },
  ]
  return (
    <Box>
      <Title title={provider.display_name} />
      <TopToolbar sx={{ justifyContent: 'space-between' }}>
        <ListButton />
        <EditButton record={provider} />
      </TopToolbar>
      <Stack spacing={2}>
        {provider.verification === 'rejected' && <Alert severity="warning">{provider.verification_note ?? t('booking.rejected')}</Alert>}
        <Panel>
          <Facts facts={facts} columns={150} />
        </Panel>
        <WeekEditor providerId={id} />
        <ProviderExceptions providerId={id} />
        <ProviderBlocks provider={{ id, name: provider.display_name }} timezone={provider.timezone} />
        <ProviderCalendars providerId={id} />
      </Stack>
    </Box>
  )
}
