import { adminRevokePublishableKey, adminRotatePublishableKey, type PublishableKey } from '@cityos/data-plane/contract'
import { Dialog, DialogContent } from '@mui/material'
import { useState } from 'react'
import { ActionButtons } from '../../screen/actions.tsx'
import { KeyOnce } from './key-once.tsx'

/** Replaces or ends a key; a replaced one is shown once. */
export function KeyActions({ row }: { row: PublishableKey }) {
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <>
      <ActionButtons
        resource="keys"
        record={row}
        names={row.revoked_at ? [] : ['rotate', 'revoke']}
        endpoints={{ rotate: adminRotatePublishableKey, revoke: adminRevokePublishableKey }}
        size="small"
        onDone={(result) => setSecret((result as { key?: string }).key ?? null)}
      />
      <Dialog open={secret !== null} onClose={() => setSecret(null)}>
        <DialogContent>{secret && <KeyOnce secret={secret} />}</DialogContent>
      </Dialog>
    </>
  )
}
