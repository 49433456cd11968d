import { Box, Tab, Tabs } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { ScreenList } from '../../screen/screen-list.tsx'
import { nodeScreen } from './node.screen.tsx'
import { NodeTree } from './node-tree.tsx'

/** The city's places: as a tree with a map, or as a list that can be searched. */
export function NodesPage() {
  const t = useTranslate()
  const [search, setSearch] = useSearchParams()
  const asList = search.get('view') === 'list' || search.has('filter')
  return (
    <Box sx={{ paddingBlockStart: 1 }}>
      <Tabs
        value={asList ? 'list' : 'tree'}
        onChange={(_, view: string) => setSearch(view === 'list' ? { view } : {})}
        aria-label={t('resources.nodes.title')}
        sx={{ borderBlockEnd: 1, borderColor: 'divider' }}
      >
        <Tab value="tree" label={t('node.tree_and_map')} />
        <Tab value="list" label={t('node.list')} />
      </Tabs>
      {asList ? <ScreenList screen={nodeScreen} /> : <NodeTree />}
    </Box>
  )
}
