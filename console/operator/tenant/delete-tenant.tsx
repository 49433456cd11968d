import { deleteTenant, type Tenant } from '@cityos/control-plane/contract'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Confirm } from '../../screen/confirm.tsx'
import { useAfterRequest } from './after-request.ts'

/** Erases a failed tenant, or asks a second person to erase a closing one; its address has to be typed, and travels with the request. */
export function DeleteTenantButton({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const watch = useAfterRequest()
  const [open, setOpen] = useState(false)
  const send = useSend(deleteTenant)
  return (
    <>
      <Button variant="outlined" color="error" onClick={() => setOpen(true)}>
        {t('action.delete')}
      </Button>
      {open && (
        <Confirm
          title={t('action.delete')}
          consequence={t('consequence.tenants.delete')}
          confirmLabel={t('action.delete')}
          typed={tenant.slug}
          busy={send.isPending}
          failure={send.error}
          danger
          onConfirm={() => send.mutate({ params: { id: tenant.id }, query: { confirm: tenant.slug } }, { onSuccess: watch })}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
