import { type Cell, changeCell, removeCell, renewCellAccess } from '@cityos/control-plane/contract'
import { Button, Checkbox, FormControlLabel, Stack } from '@mui/material'
import { type ReactNode, useState } from 'react'
import { TextInput, useRedirect, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Confirm } from '../../screen/confirm.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'

type Verb = 'change' | 'renew-access' | 'remove'
const verbs = ['change', 'renew-access', 'remove'] as const satisfies readonly Verb[]

/** Secrets and addresses are written from left to right, and nobody corrects their spelling. */
const technical = { htmlInput: { dir: 'ltr', spellCheck: false, autoComplete: 'off', style: { fontFamily: 'monospace', fontSize: 13 } } }

/** What an operator may do with a cell that was added here; one that the installation's values describe has none of it. */
export function CellVerbs({ cell }: { cell: Cell }) {
  const t = useTranslate()
  const [open, setOpen] = useState<Verb | null>(null)
  const close = () => setOpen(null)
  const offered = verbs.filter((verb) => cell.actions.includes(verb))
  if (offered.length === 0) return null
  const dialogs: Record<Verb, ReactNode> = {
    change: <ChangeDialog cell={cell} onClose={close} />,
    'renew-access': <RenewDialog cell={cell} onClose={close} />,
    remove: <RemoveDialog cell={cell} onClose={close} />,
  }
  return (
    <>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
        {offered.map((verb) => (
          <Button key={verb} variant="outlined" color={verb === 'remove' ? 'error' : 'primary'} onClick={() => setOpen(verb)}>
            {t(`cell.${verb}`)}
          </Button>
        ))}
      </Stack>
      {open && dialogs[open]}
    </>
  )
}

interface DialogProps {
  cell: Cell
  onClose: () => void
}

function ChangeDialog({ cell, onClose }: DialogProps) {
  const t = useTranslate()
  return (
    <EndpointDialog
      title={t('cell.change')}
      endpoint={changeCell}
      params={{ name: cell.name }}
      record={{ capacity: cell.capacity, plans: cell.plans ?? [] }}
      references={{ plans: { resource: 'plans' } }}
      consequence={t('cell.change_text')}
      prepare={({ plans, ...body }) => ({ ...body, plans: Array.isArray(plans) && plans.length > 0 ? plans : null })}
      onClose={onClose}
      onDone={onClose}
    />
  )
}

function RenewDialog({ cell, onClose }: DialogProps) {
  const t = useTranslate()
  return (
    <EndpointDialog
      title={t('cell.renew-access')}
      endpoint={renewCellAccess}
      params={{ name: cell.name }}
      fields={[
        {
          source: 'kubeconfig',
          input: (
            <TextInput source="kubeconfig" label="cell.kubeconfig" multiline minRows={6} maxRows={16} fullWidth slotProps={technical} />
          ),
        },
        { source: 'database_url', input: <TextInput source="database_url" label="cell.database_url" fullWidth slotProps={technical} /> },
      ]}
      consequence={t('cell.renew_text')}
      prepare={(body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value))}
      wide
      onClose={onClose}
      onDone={onClose}
    />
  )
}

function RemoveDialog({ cell, onClose }: DialogProps) {
  const t = useTranslate()
  const redirect = useRedirect()
  const [gone, setGone] = useState(false)
  const send = useSend(removeCell)
  const query = { confirm: cell.name, gone: gone ? 'true' : 'false' }
  return (
    <Confirm
      title={t('cell.remove')}
      consequence={t('cell.remove_text')}
      confirmLabel={t('cell.remove')}
      typed={cell.name}
      busy={send.isPending}
      failure={send.error}
      danger
      onConfirm={() => send.mutate({ params: { name: cell.name }, query }, { onSuccess: () => redirect('list', 'cells') })}
      onClose={onClose}
    >
      {cell.unreachable && (
        <FormControlLabel
          control={<Checkbox checked={gone} onChange={(event) => setGone(event.target.checked)} />}
          label={t('cell.gone')}
        />
      )}
    </Confirm>
  )
}
