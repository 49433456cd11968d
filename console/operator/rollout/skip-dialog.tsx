import { type Rollout, skipRollout } from '@cityos/control-plane/contract'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Confirm } from '../../screen/confirm.tsx'

/** What is left out: a ring by its position, or a tenant. */
export interface Skipped {
  ring?: number
  tenantId?: string
  name: string
  soaking: boolean
}

/** Leaves out a ring or a tenant, or ends a soak; the reason goes into the timeline. */
export function SkipDialog({ rollout, skipped, onClose }: { rollout: Rollout; skipped: Skipped; onClose: () => void }) {
  const t = useTranslate()
  const send = useSend(skipRollout)
  const what = skipped.soaking ? 'end_soak' : skipped.tenantId ? 'skip_tenant' : 'skip_ring'
  return (
    <Confirm
      title={t(`rollout.${what}`, { name: skipped.name })}
      consequence={t(`rollout.${what}_text`, { name: skipped.name })}
      confirmLabel={t(skipped.soaking ? 'rollout.end_soak' : 'rollout.skip')}
      questions={[{ name: 'reason', label: 'field.reason', required: true }]}
      busy={send.isPending}
      failure={send.error}
      danger
      onConfirm={({ reason = '' }) =>
        send.mutate(
          { params: { id: rollout.id }, body: { ring: skipped.ring, tenant_id: skipped.tenantId, reason } },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    />
  )
}
