import { Box, Stack } from '@mui/material'
import { EditButton, ListButton, type RaRecord, ShowBase, Title, TopToolbar, useShowContext } from 'react-admin'
import { FailureState, ListSkeleton } from '../shell/states.tsx'
import { ActionButtons } from './actions.tsx'
import { drawnColumns } from './columns.tsx'
import { Facts, Panel } from './facts.tsx'
import { RemoveRecord } from './remove-record.tsx'
import type { Screen } from './screen.ts'
import { wholeRecord } from './whole-record.ts'

/** One record: its facts, what can be done with it now, and whatever the screen adds. */
export function ScreenShow({ screen }: { screen: Screen }) {
  return (
    <ShowBase queryOptions={wholeRecord}>
      <Shown screen={screen} />
    </ShowBase>
  )
}

function Shown({ screen }: { screen: Screen }) {
  const { record, error, isPending, refetch } = useShowContext<RaRecord>()
  const { read, actions, update } = screen.endpoints
  if (error) return <FailureState error={error} retry={refetch} />
  if (isPending || !record || !read) return <ListSkeleton rows={4} />
  const columns = drawnColumns(screen.facts ?? screen.columns, read)
  const Detail = screen.detail
  return (
    <Box>
      <Title title={screen.title(record)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap' }}>
        <ListButton />
        <Stack direction="row" spacing={1}>
          {actions && (
            <ActionButtons
              resource={screen.name}
              record={record}
              names={(record['actions'] as string[] | undefined) ?? []}
              endpoints={actions}
            />
          )}
          <RemoveRecord screen={screen} record={record} />
          {(update || screen.edit) && <EditButton />}
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <Facts facts={columns.map((column) => ({ label: column.label, value: column.draw(record) }))} />
        </Panel>
        {Detail && <Detail />}
      </Stack>
    </Box>
  )
}
