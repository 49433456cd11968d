import { type VendorMember, VendorRole } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/PersonAddOutlined'
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  List,
  ListItem,
  ListItemText,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from '@mui/material'
import { type FormEvent, useState } from 'react'
import { useTranslate } from 'react-admin'
import { StatusChip } from '../fields/status.tsx'
import { When } from '../fields/values.tsx'
import { Panel } from '../screen/facts.tsx'
import { useFailureWords } from '../shell/failure-words.ts'
import { FailureState, ListSkeleton } from '../shell/states.tsx'

export interface NewMember {
  email: string
  name: string
  role: VendorRole
  password: string
}

interface TeamPanelProps {
  members: VendorMember[] | undefined
  error: unknown
  retry: () => unknown
  busy: boolean
  failure: unknown
  onAdd: (member: NewMember, done: () => void) => void
  onChange: (member: VendorMember, part: { role?: VendorRole; status?: 'active' | 'disabled' }) => void
}

/** People who sign in for a vendor; the same panel for staff and for the vendor's own owner. */
export function TeamPanel({ members, error, retry, busy, failure, onAdd, onChange }: TeamPanelProps) {
  const t = useTranslate()
  const words = useFailureWords()
  const [adding, setAdding] = useState(false)
  return (
    <Panel
      title={t('team.title')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
          {t('team.add')}
        </Button>
      }
    >
      {Boolean(failure) && !adding && <Alert severity="error">{words(failure)}</Alert>}
      {error && !members ? <FailureState error={error} retry={retry} /> : !members && <ListSkeleton rows={2} />}
      <List>
        {members?.map((member) => (
          <ListItem key={member.id} divider sx={{ flexWrap: 'wrap', gap: 1 }}>
            <ListItemText
              primary={<bdi>{member.name}</bdi>}
              secondary={
                <>
                  <bdi dir="ltr">{member.email}</bdi> ·{' '}
                  {member.last_signed_in_at ? <When at={member.last_signed_in_at} ago /> : t('team.never')}
                </>
              }
            />
            <StatusChip status={member.status} />
            <TextField
              select
              label={t('field.role')}
              value={member.role}
              disabled={busy}
              onChange={(event) => onChange(member, { role: event.target.value as VendorRole })}
              sx={{ minWidth: 140 }}
            >
              {VendorRole.options.map((role) => (
                <MenuItem key={role} value={role}>
                  {t(`vendor_role.${role}`)}
                </MenuItem>
              ))}
            </TextField>
            <Button
              size="small"
              disabled={busy}
              color={member.status === 'active' ? 'error' : 'primary'}
              onClick={() => onChange(member, { status: member.status === 'active' ? 'disabled' : 'active' })}
            >
              {t(member.status === 'active' ? 'team.disable' : 'team.enable')}
            </Button>
          </ListItem>
        ))}
        {members?.length === 0 && (
          <Typography color="textSecondary" sx={{ padding: 2 }}>
            {t('team.empty')}
          </Typography>
        )}
      </List>
      {adding && (
        <AddMember
          busy={busy}
          failure={failure}
          onClose={() => setAdding(false)}
          onAdd={(member) => onAdd(member, () => setAdding(false))}
        />
      )}
    </Panel>
  )
}

function AddMember({
  busy,
  failure,
  onClose,
  onAdd,
}: {
  busy: boolean
  failure: unknown
  onClose: () => void
  onAdd: (member: NewMember) => void
}) {
  const t = useTranslate()
  const words = useFailureWords()
  const [member, setMember] = useState<NewMember>({ email: '', name: '', role: 'staff', password: '' })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAdd(member)
  }
  const text = (name: 'email' | 'name' | 'password') => ({
    value: member[name],
    onChange: (event: { target: { value: string } }) => setMember({ ...member, [name]: event.target.value }),
    required: true,
  })
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}>
      <DialogTitle>{t('team.add')}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ paddingBlockStart: 1 }}>
          <TextField label={t('field.name')} autoFocus {...text('name')} slotProps={{ htmlInput: { autoComplete: 'off' } }} />
          <TextField
            label={t('field.email')}
            type="email"
            {...text('email')}
            slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'off' } }}
          />
          <TextField
            select
            label={t('field.role')}
            value={member.role}
            onChange={(event) => setMember({ ...member, role: event.target.value as VendorRole })}
          >
            {VendorRole.options.map((role) => (
              <MenuItem key={role} value={role}>
                {t(`vendor_role.${role}`)}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            label={t('field.password')}
            type="password"
            {...text('password')}
            helperText={t('vendor.password_help')}
            slotProps={{ htmlInput: { minLength: 10, dir: 'ltr', autoComplete: 'new-password' } }}
          />
          {Boolean(failure) && <Alert severity="error">{words(failure)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose}>{t('ra.action.cancel')}</Button>
        <Button type="submit" variant="contained" loading={busy}>
          {t('team.add')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
