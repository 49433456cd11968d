import {
  backUpTenant,
  cloneTenant,
  closeTenant,
  liftQuarantine,
  moveTenant,
  renameTenant,
  reopenTenant,
  resumeTenant,
  sleepTenant,
  suspendTenant,
  type Tenant,
  wakeTenant,
} from '@cityos/control-plane/contract'
import { Button, Stack } from '@mui/material'
import { useState } from 'react'
import { EditButton, useTranslate } from 'react-admin'
import { ActionButtons } from '../../screen/actions.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { useAfterRequest } from './after-request.ts'
import { DeleteTenantButton } from './delete-tenant.tsx'

const verbs = {
  resume: resumeTenant,
  wake: wakeTenant,
  reopen: reopenTenant,
  'lift-quarantine': liftQuarantine,
  backups: backUpTenant,
  suspend: suspendTenant,
  sleep: sleepTenant,
  move: moveTenant,
  close: closeTenant,
}

/** Everything the server says may be done with the tenant now. */
export function TenantVerbs({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const watch = useAfterRequest()
  const [dialog, setDialog] = useState<'clone' | 'rename' | 'move' | null>(null)
  const may = (name: Tenant['actions'][number]) => tenant.actions.includes(name)
  // One that is in a cell may go to another one, which is asked for.
  const choosesCell = tenant.cell !== null
  const names = Object.keys(verbs).filter((name) => may(name as Tenant['actions'][number]) && !(name === 'move' && choosesCell))
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
      {may('change') && <EditButton record={tenant} />}
      <ActionButtons
        resource="tenants"
        record={tenant}
        names={names}
        endpoints={verbs}
        typed={{ close: tenant.slug, move: tenant.slug, 'lift-quarantine': tenant.slug }}
        onDone={watch}
      />
      {may('clone') && (
        <Button variant="outlined" onClick={() => setDialog('clone')}>
          {t('action.clone')}
        </Button>
      )}
      {may('rename') && (
        <Button variant="outlined" onClick={() => setDialog('rename')}>
          {t('action.rename')}
        </Button>
      )}
      {may('move') && choosesCell && (
        <Button variant="outlined" color="error" onClick={() => setDialog('move')}>
          {t('action.move')}
        </Button>
      )}
      {may('delete') && <DeleteTenantButton tenant={tenant} />}
      {dialog === 'clone' && (
        <CopyDialog
          title={t('action.clone')}
          consequence={t('consequence.tenants.clone')}
          endpoint={cloneTenant}
          id={tenant.id}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'move' && (
        <EndpointDialog
          title={t('action.move')}
          consequence={t('consequence.tenants.move_to_cell')}
          endpoint={moveTenant}
          params={{ id: tenant.id }}
          fields={['to_cell', 'reason']}
          references={{ to_cell: { resource: 'cells', filter: { region: tenant.region }, present: tenant.cell ?? undefined } }}
          submitLabel={t('action.move')}
          danger
          prepare={({ to_cell, ...body }) => (to_cell ? { ...body, to_cell } : body)}
          onClose={() => setDialog(null)}
          onDone={watch}
        />
      )}
      {dialog === 'rename' && (
        <EndpointDialog
          title={t('action.rename')}
          consequence={t('consequence.tenants.rename')}
          endpoint={renameTenant}
          params={{ id: tenant.id }}
          submitLabel={t('action.rename')}
          onClose={() => setDialog(null)}
          onDone={watch}
        />
      )}
    </Stack>
  )
}

interface CopyDialogProps {
  title: string
  consequence: string
  endpoint: Parameters<typeof EndpointDialog>[0]['endpoint']
  /** Of the tenant that is cloned, or of the backup that is restored. */
  id: string
  onClose: () => void
}

/** Asks for the address of a copy, its owner, and whether its persons are made up. */
export function CopyDialog({ title, consequence, endpoint, id, onClose }: CopyDialogProps) {
  const watch = useAfterRequest()
  return (
    <EndpointDialog
      title={title}
      consequence={consequence}
      endpoint={endpoint}
      params={{ id }}
      fields={['slug', 'owner', 'mask_personal_data']}
      submitLabel={title}
      prepare={({ owner, ...body }) => (owner ? { ...body, owner } : body)}
      onClose={onClose}
      onDone={watch}
    />
  )
}
