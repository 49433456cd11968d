import { newId } from '@cityos/contract'
import type { AdminOrder, cancelAdminOrder } from '@cityos/data-plane/contract'
import { Button } from '@mui/material'
import { useRef, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Confirm } from '../../screen/confirm.tsx'

interface CancelOrderProps {
  order: AdminOrder
  /** Only this vendor's part; absent: the whole order. */
  part?: AdminOrder['sub_orders'][number]
  endpoint: typeof cancelAdminOrder
}

/** Cancels on behalf of the platform; everything paid goes back. */
export function CancelOrderButton({ order, part, endpoint }: CancelOrderProps) {
  const t = useTranslate()
  const notify = useNotify()
  const [open, setOpen] = useState(false)
  const key = useRef(newId('key'))
  const send = useSend(endpoint)
  const label = t(part ? 'order.cancel_part' : 'order.cancel')
  return (
    <>
      <Button variant={part ? 'text' : 'outlined'} color="error" onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <Confirm
          title={label}
          consequence={t(part ? 'consequence.orders.cancel_part' : 'consequence.orders.cancel', { vendor: part?.vendor.name ?? '' })}
          confirmLabel={label}
          questions={[{ name: 'reason', label: 'field.reason', required: true }]}
          busy={send.isPending}
          failure={send.error}
          danger
          onConfirm={(answers) =>
            send.mutate(
              { params: { id: order.id }, body: { sub_order_id: part?.id, reason: answers['reason'] ?? '' }, idempotencyKey: key.current },
              {
                onSuccess: () => {
                  notify(t('action_done.cancel'), { type: 'success' })
                  key.current = newId('key')
                  setOpen(false)
                },
              },
            )
          }
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
