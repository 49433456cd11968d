import { vendorCreateUser, vendorListUsers, vendorUpdateUser } from '@cityos/data-plane/contract'
import { Box } from '@mui/material'
import { Title } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { TeamPanel } from '../team/team-panel.tsx'

/** The vendor's own people, kept by owners and managers. */
export function TeamPage() {
  const members = useRead(vendorListUsers, { query: { limit: 100 } })
  const add = useSend(vendorCreateUser)
  const change = useSend(vendorUpdateUser)
  return (
    <Box sx={{ maxWidth: 860, paddingBlockStart: 2 }}>
      <Title title="menu.team" />
      <TeamPanel
        members={members.data?.items}
        error={members.error}
        retry={members.refetch}
        busy={add.isPending || change.isPending}
        failure={add.error ?? change.error}
        onAdd={(member, done) => add.mutate({ body: member }, { onSuccess: done })}
        onChange={(member, part) => change.mutate({ params: { id: member.id }, body: part })}
      />
    </Box>
  )
}
