import type { AnyEndpoint } from '@cityos/contract'
import DeleteIcon from '@mui/icons-material/DeleteOutlined'
import { IconButton, Tooltip } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useSend } from '../api/query.ts'
import { Confirm } from './confirm.tsx'

interface RemoveButtonProps {
  endpoint: AnyEndpoint
  params: Record<string, string>
  /** What is removed, as people call it. */
  name: string
  consequence?: string
  onDone?: () => void
}

/** Removes a row after asking once. */
export function RemoveButton({ endpoint, params, name, consequence, onDone }: RemoveButtonProps) {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  const send = useSend(endpoint)
  const label = t('shell.remove', { name })
  return (
    <>
      <Tooltip title={label}>
        <IconButton
          size="small"
          aria-label={label}
          onClick={() => {
            send.reset()
            setOpen(true)
          }}
        >
          <DeleteIcon />
        </IconButton>
      </Tooltip>
      {open && (
        <Confirm
          title={label}
          consequence={consequence ?? t('consequence.any')}
          confirmLabel={t('ra.action.remove')}
          busy={send.isPending}
          failure={send.error}
          danger
          onClose={() => setOpen(false)}
          onConfirm={() =>
            send.mutate(
              { params },
              {
                onSuccess: () => {
                  setOpen(false)
                  onDone?.()
                },
              },
            )
          }
        />
      )}
    </>
  )
}
