import type { IssuedInvitation } from '@cityos/control-plane/contract'
import { inviteOwner, type Tenant } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Button } from '@mui/material'
import { useStore, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Ident, When } from '../../fields/values.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** The address of an owner's invitation is in the answer of its request only; this browser keeps the last one to show it. */
export const invitationKey = 'owner.invitation'

/** The owner's way in: shown after creating, and made anew on request. */
export function OwnerInvitation({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [kept, keep] = useStore<Record<string, IssuedInvitation>>(invitationKey, {})
  const send = useSend(inviteOwner)
  const invitation = kept[tenant.id]
  const renew = () => send.mutate({ params: { id: tenant.id } }, { onSuccess: (issued) => keep({ [tenant.id]: issued }), onError: failed })
  const button = (
    <Button color="inherit" loading={send.isPending} onClick={renew}>
      {t('tenant.invite_again')}
    </Button>
  )
  if (!invitation) return button
  return (
    <Alert severity="info" action={button}>
      <AlertTitle>{t('tenant.invitation_for', { email: invitation.email })}</AlertTitle>
      <Ident value={invitation.url} copy />
      <div>
        {t('tenant.invitation_until')} <When at={invitation.expires_at} />
      </div>
    </Alert>
  )
}
