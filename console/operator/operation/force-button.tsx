import { forceOperation, type Operation } from '@cityos/control-plane/contract'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Confirm } from '../../screen/confirm.tsx'

/** Skips the check a step waits for. Says what is given up, wants a reason, and the tenant's name. */
export function ForceButton({ operation }: { operation: Operation }) {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  const send = useSend(forceOperation)
  const step = operation.blocked_by?.step ?? operation.steps.find((item) => item.status === 'running' || item.status === 'failed')?.name
  if (!step) return null
  return (
    <>
      <Button variant="outlined" color="error" onClick={() => setOpen(true)}>
        {t('action.force')}
      </Button>
      {open && (
        <Confirm
          title={t('action.force')}
          consequence={t('consequence.operations.force', { step: t(`step.${step}`, { _: step }) })}
          confirmLabel={t('action.force')}
          questions={[{ name: 'reason', label: 'field.reason', required: true }]}
          typed={operation.tenant_slug}
          busy={send.isPending}
          failure={send.error}
          danger
          onConfirm={(answers) =>
            send.mutate(
              { params: { id: operation.id }, body: { step, reason: answers['reason'] ?? '' } },
              { onSuccess: () => setOpen(false) },
            )
          }
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
