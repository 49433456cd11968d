import { pickText } from '@cityos/contract'
import { adminListCategories, type ManagedCategory } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import ChevronRightIcon from '@mui/icons-material/ChevronRight'
import { Box, Button, Collapse, IconButton, List, ListItem, ListItemButton, ListItemText, Typography } from '@mui/material'
import { useState } from 'react'
import { Link, Title, TopToolbar, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Panel } from '../../screen/facts.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../../shell/states.tsx'

/** The category tree, top categories first; a branch opens in place. */
export function CategoryTree() {
  const t = useTranslate()
  const { data, error, refetch } = useRead(adminListCategories, { query: { limit: 100 } })
  const tops = data?.items.filter((category) => category.parent_id === null) ?? []
  return (
    <Box sx={{ maxWidth: 860 }}>
      <Title title="resources.categories.title" />
      <TopToolbar>
        <Button component={Link} to="/categories/create" variant="contained" startIcon={<AddIcon />}>
          {t('resources.categories.create')}
        </Button>
      </TopToolbar>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : tops.length === 0 ? (
        <EmptyState title={t('resources.categories.empty')} text={t('resources.categories.empty_text')} />
      ) : (
        <Panel dense>
          <List disablePadding>
            {tops.map((category) => (
              <Branch key={category.id} category={category} all={data.items} />
            ))}
          </List>
        </Panel>
      )}
    </Box>
  )
}

function Branch({ category, all }: { category: ManagedCategory; all: ManagedCategory[] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [open, setOpen] = useState(false)
  const children = all.filter((item) => item.parent_id === category.id).sort((one, other) => one.position - other.position)
  const name = pickText(category.name, locale)
  return (
    <>
      <ListItem disablePadding divider sx={{ paddingInlineStart: category.depth * 3 }}>
        {children.length > 0 ? (
          <IconButton
            aria-expanded={open}
            aria-label={t(open ? 'category.close' : 'category.open', { name })}
            onClick={() => setOpen(!open)}
          >
            <ChevronRightIcon
              sx={{
                transition: 'transform 120ms',
                transform: (theme) => (open ? 'rotate(90deg)' : theme.direction === 'rtl' ? 'scaleX(-1)' : 'none'),
              }}
            />
          </IconButton>
        ) : (
          <Box sx={{ width: 40 }} />
        )}
        <ListItemButton component={Link} to={`/categories/${category.id}/show`} sx={{ color: 'inherit' }}>
          <ListItemText primary={<bdi>{name}</bdi>} secondary={<bdi dir="ltr">{category.handle}</bdi>} />
          <Typography color="textSecondary">
            {t('category.products', { smart_count: category.product_count, count: formatNumber(category.product_count, locale) })}
          </Typography>
        </ListItemButton>
      </ListItem>
      <Collapse in={open} unmountOnExit>
        {children.map((child) => (
          <Branch key={child.id} category={child} all={all} />
        ))}
      </Collapse>
    </>
  )
}
