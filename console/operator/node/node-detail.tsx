import { moveNode, type NodeDetail, readNodePolicy } from '@cityos/control-plane/contract'
import { Breadcrumbs, Button, Stack } from '@mui/material'
import { useState } from 'react'
import { Link, useRecordContext, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { TranslatedText } from '../../fields/values.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Loaded } from '../../shell/states.tsx'
import { PolicyInForce } from '../governance/policy-in-force.tsx'

/** Where a place lies, what can be done with its place in the tree, and what is ruled there. */
export function NodePlace() {
  const t = useTranslate()
  const node = useRecordContext<NodeDetail>()
  const [moving, setMoving] = useState(false)
  const read = useRead(readNodePolicy, { params: { id: node?.id ?? '' } }, { enabled: node !== undefined })
  if (!node) return null
  return (
    <Stack spacing={2}>
      <Stack direction="row" sx={{ justifyContent: 'space-between', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        <Breadcrumbs aria-label={t('node.where')}>
          {node.breadcrumbs.map((crumb) => (
            <Link key={crumb.id} to={`/nodes/${crumb.id}/show`}>
              <TranslatedText value={crumb.name} />
            </Link>
          ))}
          <TranslatedText value={node.name} />
        </Breadcrumbs>
        {node.actions.includes('move') && (
          <Button variant="outlined" size="small" onClick={() => setMoving(true)}>
            {t('node.move')}
          </Button>
        )}
      </Stack>
      <Loaded read={read} rows={4}>
        {(policy) => <PolicyInForce policy={policy} />}
      </Loaded>
      {moving && (
        <EndpointDialog
          title={t('node.move')}
          endpoint={moveNode}
          params={{ id: node.id }}
          consequence={t('node.move_text')}
          fields={['parent_id']}
          references={{ parent_id: { resource: 'nodes' } }}
          fixed={{ version: node.version }}
          submitLabel={t('node.move')}
          onClose={() => setMoving(false)}
        />
      )}
    </Stack>
  )
}
