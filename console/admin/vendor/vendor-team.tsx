import { adminCreateVendorUser, adminListVendorUsers, adminUpdateVendorUser } from '@cityos/data-plane/contract'
import { useRecordContext } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { TeamPanel } from '../../team/team-panel.tsx'

/** The people of one vendor, as tenant staff sees them. */
export function VendorTeam() {
  const id = String(useRecordContext()?.id ?? '')
  const members = useRead(adminListVendorUsers, { params: { id }, query: { limit: 100 } }, { enabled: id !== '' })
  const add = useSend(adminCreateVendorUser)
  const change = useSend(adminUpdateVendorUser)
  return (
    <TeamPanel
      members={members.data?.items}
      error={members.error}
      retry={members.refetch}
      busy={add.isPending || change.isPending}
      failure={add.error ?? change.error}
      onAdd={(member, done) => add.mutate({ params: { id }, body: member }, { onSuccess: done })}
      onChange={(member, part) => change.mutate({ params: { id, user_id: member.id }, body: part })}
    />
  )
}
