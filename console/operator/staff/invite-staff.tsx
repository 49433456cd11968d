import { pickText, StaffRole } from '@cityos/contract'
import { type IssuedInvitation, inviteStaff, listInvitations, listTenants } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Button, List, ListItem, ListItemText, MenuItem, Stack, TextField } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { Title, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { Ident, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** Invites a member of staff. The address works once, for 72 hours, and is shown here only. */
export function InviteStaff() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const failed = useFailureNotice()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<StaffRole>('viewer')
  const [tenant, setTenant] = useState('')
  const [issued, setIssued] = useState<IssuedInvitation | null>(null)
  const tenants = useRead(listTenants, { query: { limit: 100 } })
  const open = useRead(listInvitations, { query: { limit: 50 } })
  const send = useSend(inviteStaff)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate(
      { body: { email: email.trim(), role, tenant_id: tenant || null } },
      {
        onSuccess: (invitation) => {
          setIssued(invitation)
          setEmail('')
        },
        onError: failed,
      },
    )
  }
  return (
    <Stack spacing={2} sx={{ maxWidth: 720, paddingBlockStart: 2 }}>
      <Title title="resources.staff.create" />
      <Panel>
        <Stack component="form" spacing={2} onSubmit={submit}>
          <TextField
            type="email"
            label={t('field.email')}
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'off' } }}
          />
          <TextField
            select
            label={t('field.role')}
            value={role}
            onChange={(event) => setRole(event.target.value as StaffRole)}
            helperText={t(`role_text.${role}`)}
          >
            {StaffRole.options.map((name) => (
              <MenuItem key={name} value={name}>
                {t(`role.${name}`)}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            select
            label={t('field.tenant')}
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
            slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          >
            <MenuItem value="">{t('staff.city_wide')}</MenuItem>
            {tenants.data?.items.map((item) => (
              <MenuItem key={item.id} value={item.id}>
                {pickText(item.name, locale)} (<bdi dir="ltr">{item.slug}</bdi>)
              </MenuItem>
            ))}
          </TextField>
          <Button type="submit" variant="contained" loading={send.isPending} sx={{ alignSelf: 'flex-start' }}>
            {t('staff.invite')}
          </Button>
        </Stack>
      </Panel>
      {issued && (
        <Alert severity="success">
          <AlertTitle>{t('tenant.invitation_for', { email: issued.email })}</AlertTitle>
          <Ident value={issued.url} copy />
          <div>
            {t('tenant.invitation_until')} <When at={issued.expires_at} />
          </div>
        </Alert>
      )}
      <Panel title={t('staff.open_invitations')} dense>
        <List>
          {open.data?.items.map((invitation) => (
            <ListItem key={invitation.id}>
              <ListItemText
                primary={<bdi dir="ltr">{invitation.email}</bdi>}
                secondary={
                  <>
                    {t(`role.${invitation.role}`, { _: invitation.role })} · {t('tenant.invitation_until')}{' '}
                    <When at={invitation.expires_at} />
                  </>
                }
              />
            </ListItem>
          ))}
          {open.data?.total === 0 && (
            <ListItem>
              <ListItemText secondary={t('staff.no_invitations')} />
            </ListItem>
          )}
        </List>
      </Panel>
    </Stack>
  )
}
