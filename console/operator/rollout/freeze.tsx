import { readFreeze, setFreeze } from '@cityos/control-plane/contract'
import AcUnitIcon from '@mui/icons-material/AcUnit'
import { Alert, AlertTitle, Box, Button } from '@mui/material'
import { useState } from 'react'
import { useCanAccess, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { When } from '../../fields/values.tsx'
import { Confirm } from '../../screen/confirm.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** Says that releases are frozen, by whom and why, and lets them go on; nothing while they are not. */
export function FreezeBanner() {
  const t = useTranslate()
  const failed = useFailureNotice()
  const { data } = useRead(readFreeze, {}, { refetchInterval: 15_000 })
  const { canAccess } = useCanAccess({ resource: 'rollouts', action: 'operate' })
  const send = useSend(setFreeze)
  if (!data?.frozen) return null
  return (
    <Alert severity="info" icon={<AcUnitIcon />}>
      <AlertTitle>{t('freeze.on')}</AlertTitle>
      <Box dir="auto">{data.reason}</Box>
      <Box>
        <bdi>{data.by}</bdi> · <When at={data.at} />
        {data.until && (
          <>
            {' · '}
            {t('freeze.until')} <When at={data.until} />
          </>
        )}
      </Box>
      {canAccess && (
        <Button
          size="small"
          variant="outlined"
          color="inherit"
          loading={send.isPending}
          sx={{ marginBlockStart: 1 }}
          onClick={() => send.mutate({ body: { frozen: false } }, { onError: failed })}
        >
          {t('freeze.end')}
        </Button>
      )}
    </Alert>
  )
}

/** Keeps every release where it is: for holidays, for a storm. */
export function FreezeButton() {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  const { data } = useRead(readFreeze, {}, { refetchInterval: 15_000 })
  const { canAccess } = useCanAccess({ resource: 'rollouts', action: 'operate' })
  const send = useSend(setFreeze)
  if (!canAccess || !data || data.frozen) return null
  return (
    <>
      <Button size="small" startIcon={<AcUnitIcon />} onClick={() => setOpen(true)}>
        {t('freeze.start')}
      </Button>
      {open && (
        <Confirm
          title={t('freeze.start')}
          consequence={t('freeze.text')}
          confirmLabel={t('freeze.start')}
          questions={[
            { name: 'reason', label: 'field.reason', required: true },
            { name: 'until', label: 'freeze.until_when', required: false, kind: 'when' },
          ]}
          busy={send.isPending}
          failure={send.error}
          onConfirm={({ reason = '', until }) =>
            send.mutate(
              { body: { frozen: true, reason, until: until ? new Date(until).toISOString() : null } },
              { onSuccess: () => setOpen(false) },
            )
          }
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
