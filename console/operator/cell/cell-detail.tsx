import type { Cell } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Stack } from '@mui/material'
import { useRecordContext, useTranslate } from 'react-admin'
import { Ident, When } from '../../fields/values.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { CellVerbs } from './cell-verbs.tsx'

/** What the cell is made of, and whether it answers. */
export function CellDetail() {
  const t = useTranslate()
  const cell = useRecordContext<Cell & { id: string }>()
  if (!cell) return null
  const { image, files, gateway, database, control_plane, operators } = cell.cluster
  const installed = Object.entries(operators).flatMap(([name, has]) => (has ? [t(`cell.operator.${name}`)] : []))
  return (
    <Stack spacing={2}>
      {cell.unreachable && (
        <Alert severity="error">
          <AlertTitle>
            {t('cell.away_since')} <When at={cell.unreachable.since} ago />
          </AlertTitle>
          {cell.unreachable.reason}
        </Alert>
      )}
      <Panel title={t('cell.cluster')} actions={<CellVerbs cell={cell} />}>
        <Facts
          facts={[
            { label: 'cell.image', value: <Ident value={image.repository} copy /> },
            { label: 'cell.storage_class', value: <Ident value={`${files.storage_class} · ${files.size}`} /> },
            { label: 'cell.gateway', value: <Ident value={gateway.parents.map((one) => `${one.namespace}/${one.name}`).join(', ')} /> },
            { label: 'cell.database', value: <Ident value={`${database.host}:${database.port}`} /> },
            { label: 'cell.control_plane', value: <Ident value={control_plane.origin} /> },
            { label: 'cell.operators', value: installed.join(', ') || '–' },
          ]}
        />
      </Panel>
    </Stack>
  )
}
