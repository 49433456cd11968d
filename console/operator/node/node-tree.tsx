import { type NodeRow, readNodeTree } from '@cityos/control-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import ChevronRightIcon from '@mui/icons-material/ChevronRight'
import ExpandMoreIcon from '@mui/icons-material/ExpandMore'
import { Box, Button, Chip, IconButton, Stack, Typography } from '@mui/material'
import { useMemo, useState } from 'react'
import { Link, Title, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { TranslatedText } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../../shell/states.tsx'
import { NodeMap } from './node-map.tsx'

/** The tree from the city down, with how many places and tenants each holds, beside its map. */
export function NodeTree() {
  const t = useTranslate()
  const { data, error, refetch } = useRead(readNodeTree, {})
  const [chosen, setChosen] = useState<string | null>(null)
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  if (data.nodes.length === 0)
    return (
      <EmptyState title={t('resources.nodes.empty')} text={t('resources.nodes.empty_text')}>
        <AddNode />
      </EmptyState>
    )
  return (
    <Box sx={{ paddingBlockStart: 2 }}>
      <Title title="resources.nodes.title" />
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: 'minmax(0, 1fr) minmax(0, 1fr)' }, alignItems: 'start' }}>
        <Panel title={t('node.tree')} actions={<AddNode />} dense>
          <Branches nodes={data.nodes} chosen={chosen} onChoose={setChosen} />
        </Panel>
        <Panel title={t('node.map')} dense>
          <NodeMap chosen={chosen} onChoose={setChosen} />
        </Panel>
      </Box>
    </Box>
  )
}

function AddNode() {
  const t = useTranslate()
  return (
    <Button component={Link} to="/nodes/create" variant="contained" size="small" startIcon={<AddIcon />}>
      {t('resources.nodes.create')}
    </Button>
  )
}

interface BranchesProps {
  nodes: readonly NodeRow[]
  chosen: string | null
  onChoose: (id: string) => void
}

function Branches({ nodes, chosen, onChoose }: BranchesProps) {
  const below = useMemo(() => Map.groupBy(nodes, (node) => node.parent_id), [nodes])
  const known = useMemo(() => new Set(nodes.map((node) => node.id)), [nodes])
  const roots = nodes.filter((node) => node.parent_id === null || !known.has(node.parent_id))
  return (
    <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: 1 }}>
      {roots.map((node) => (
        <Branch key={node.id} node={node} level={0} below={below} chosen={chosen} onChoose={onChoose} />
      ))}
    </Box>
  )
}

interface BranchProps {
  node: NodeRow
  level: number
  below: ReadonlyMap<string | null, NodeRow[]>
  chosen: string | null
  onChoose: (id: string) => void
}

function Branch({ node, level, below, chosen, onChoose }: BranchProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const children = below.get(node.id) ?? []
  const [open, setOpen] = useState(level < 1)
  return (
    <li>
      <Stack
        direction="row"
        sx={{
          alignItems: 'center',
          gap: 0.5,
          paddingInlineStart: level * 2.5,
          borderRadius: 1,
          bgcolor: chosen === node.id ? 'action.selected' : undefined,
        }}
      >
        {children.length > 0 ? (
          <IconButton
            size="small"
            aria-expanded={open}
            aria-label={t(open ? 'node.close' : 'node.open', { code: node.code })}
            onClick={() => setOpen(!open)}
          >
            {open ? (
              <ExpandMoreIcon fontSize="small" />
            ) : (
              <ChevronRightIcon fontSize="small" sx={{ transform: locale === 'ar' ? 'scaleX(-1)' : undefined }} />
            )}
          </IconButton>
        ) : (
          <Box sx={{ width: 34 }} />
        )}
        <Box
          component={Link}
          to={`/nodes/${node.id}/show`}
          onFocus={() => onChoose(node.id)}
          onMouseEnter={() => onChoose(node.id)}
          sx={{ flex: 1, minWidth: 0, lineHeight: '34px' }}
        >
          <TranslatedText value={node.name} />
        </Box>
        <Typography variant="body2" color="textSecondary" sx={{ whiteSpace: 'nowrap' }}>
          {t(`choice.type.${node.type}`)}
        </Typography>
        {node.tenants_below > 0 && <Chip size="small" label={t('node.tenants', { count: formatNumber(node.tenants_below, locale) })} />}
      </Stack>
      {open && children.length > 0 && (
        <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {children.map((child) => (
            <Branch key={child.id} node={child} level={level + 1} below={below} chosen={chosen} onChoose={onChoose} />
          ))}
        </Box>
      )}
    </li>
  )
}
