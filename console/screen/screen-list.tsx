import { Box, Card, CardActionArea, Chip, Stack, Tab, Tabs, Typography, useMediaQuery, useTheme } from '@mui/material'
import {
  ColumnsButton,
  CreateButton,
  DataTable,
  FilterButton,
  Link,
  List,
  Pagination,
  type RaRecord,
  TopToolbar,
  useCreatePath,
  useListContext,
  useTranslate,
} from 'react-admin'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { WithinLink } from '../fields/record-link.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../shell/states.tsx'
import { type DrawnColumn, drawnColumns } from './columns.tsx'
import { filterInputs } from './filters.tsx'
import type { Screen } from './screen.ts'

/** The list of one resource: tabs, filters, a table on a desk and cards on a phone. */
export function ScreenList({ screen }: { screen: Screen }) {
  const { list, create } = screen.endpoints
  if (!list) throw new Error(`${screen.name} cannot be listed`)
  const t = useTranslate()
  const columns = drawnColumns(screen.columns, list)
  const order = screen.order
  const Tools = screen.tools
  const filters = filterInputs(list, screen.filters ?? [], screen.search, t)
  return (
    <List
      title={`resources.${screen.name}.title`}
      filters={filters}
      perPage={25}
      pagination={<Pagination rowsPerPageOptions={[10, 25, 50, 100]} />}
      sort={order ? { field: order.replace(/^-/, ''), order: order.startsWith('-') ? 'DESC' : 'ASC' } : { field: '', order: 'ASC' }}
      empty={false}
      exporter={false}
      actions={
        <TopToolbar>
          {filters.some((filter) => !(filter.props as { alwaysOn?: boolean }).alwaysOn) && <FilterButton />}
          {Tools && <Tools />}
          <ColumnsChooser />
          {(create || screen.create) && <CreateButton label={`resources.${screen.name}.create`} variant="contained" />}
        </TopToolbar>
      }
      sx={{ '& .RaList-content': { overflow: 'hidden' } }}
    >
      {screen.tabs && <StatusTabs screen={screen} />}
      <Rows screen={screen} columns={columns} />
    </List>
  )
}

function ColumnsChooser() {
  const theme = useTheme()
  return useMediaQuery(theme.breakpoints.up('md')) ? <ColumnsButton /> : null
}

function StatusTabs({ screen }: { screen: Screen }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { filterValues, setFilters, displayedFilters } = useListContext()
  const counts = screen.tabs?.useCounts?.()
  const value = (filterValues['status'] as string | undefined) ?? 'all'
  const pick = (status: string) => {
    const { status: _, ...rest } = filterValues
    setFilters(status === 'all' ? rest : { ...rest, status }, displayedFilters)
  }
  const label = (status: string, text: string) => (
    <Stack direction="row" spacing={0.75} sx={{ alignItems: 'center' }}>
      <span>{text}</span>
      {counts?.[status] !== undefined && <Chip size="small" label={formatNumber(counts[status], locale)} />}
    </Stack>
  )
  return (
    <Tabs
      value={value}
      onChange={(_, next: string) => pick(next)}
      variant="scrollable"
      allowScrollButtonsMobile
      aria-label={t('field.status')}
      sx={{ borderBlockEnd: 1, borderColor: 'divider' }}
    >
      <Tab value="all" label={label('all', t('shell.all'))} />
      {screen.tabs?.values.map((status) => (
        <Tab key={status} value={status} label={label(status, t(`status.${status}`))} />
      ))}
    </Tabs>
  )
}

function Rows({ screen, columns }: { screen: Screen; columns: DrawnColumn[] }) {
  const t = useTranslate()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('md'))
  const { data, error, isPending, total, refetch, filterValues } = useListContext()
  const open = screen.endpoints.read || screen.show ? 'show' : screen.endpoints.update ? 'edit' : false
  if (error) return <FailureState error={error} retry={refetch} />
  if (isPending) return <ListSkeleton />
  if (total === 0) {
    const filtered = Object.keys(filterValues).length > 0
    return (
      <EmptyState
        title={t(filtered ? 'shell.nothing_matches' : `resources.${screen.name}.empty`)}
        text={t(filtered ? 'shell.nothing_matches_text' : `resources.${screen.name}.empty_text`)}
      />
    )
  }
  if (narrow) return <Cards records={data} columns={columns} open={open} resource={screen.name} />
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t(`resources.${screen.name}.title`)}>
      <DataTable
        rowClick={open}
        bulkActionButtons={false}
        size="small"
        hiddenColumns={columns.filter((column) => column.optional).map((column) => column.source)}
      >
        {columns.map((column) => (
          <DataTable.Col
            key={column.source}
            source={column.source}
            label={column.label}
            disableSort={!column.sortable}
            render={column.draw}
            sx={column.end ? { textAlign: 'end', '& .MuiTableSortLabel-root': { flexDirection: 'row-reverse' } } : undefined}
          />
        ))}
      </DataTable>
    </Box>
  )
}

interface CardsProps {
  records: RaRecord[]
  columns: DrawnColumn[]
  open: 'show' | 'edit' | false
  resource: string
}

/** The same rows under a thumb: name and state first, the rest in lines. */
function Cards({ records, columns, open, resource }: CardsProps) {
  const path = useCreatePath()
  const t = useTranslate()
  return (
    <Stack component="ul" spacing={1} sx={{ listStyle: 'none', padding: 1, margin: 0 }}>
      {records.map((record) => {
        const body = (
          <Box sx={{ padding: 1.5 }}>
            <Stack direction="row" spacing={1} sx={{ justifyContent: 'space-between', alignItems: 'flex-start' }}>
              <Typography variant="h3" component="div" sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
                {columns
                  .filter((column) => column.card === 'title')
                  .map((column) => (
                    <Box key={column.source}>{column.draw(record)}</Box>
                  ))}
              </Typography>
              <Stack spacing={0.5} sx={{ alignItems: 'flex-end', flexShrink: 0 }}>
                {columns
                  .filter((column) => column.card === 'aside')
                  .map((column) => (
                    <Box key={column.source}>{column.draw(record)}</Box>
                  ))}
              </Stack>
            </Stack>
            <Box
              component="dl"
              sx={{
                display: 'grid',
                gridTemplateColumns: 'auto minmax(0, 1fr)',
                columnGap: 1.5,
                rowGap: 0.25,
                margin: 0,
                marginBlockStart: 0.75,
              }}
            >
              {columns
                .filter((column) => column.card === 'line')
                .map((column) => (
                  <Box key={column.source} sx={{ display: 'contents' }}>
                    <Typography component="dt" variant="body2" color="textSecondary">
                      {t(column.label)}
                    </Typography>
                    <Typography component="dd" variant="body2" sx={{ margin: 0, textAlign: 'end', overflowWrap: 'anywhere' }}>
                      {column.draw(record)}
                    </Typography>
                  </Box>
                ))}
            </Box>
          </Box>
        )
        return (
          <Card key={record.id} component="li">
            {open ? (
              <CardActionArea component={Link} to={path({ resource, type: open, id: record.id })} sx={{ color: 'inherit' }}>
                <WithinLink value={true}>{body}</WithinLink>
              </CardActionArea>
            ) : (
              body
            )}
          </Card>
        )
      })}
    </Stack>
  )
}
