import { Box, Card, Stack, Table, TableBody, TableCell, TableHead, TableRow, Typography, useMediaQuery, useTheme } from '@mui/material'
import type { ReactNode } from 'react'
import { useTranslate } from 'react-admin'

export interface RowColumn<Row> {
  /** i18n key. */
  label: string
  cell: (row: Row) => ReactNode
  end?: boolean
}

interface RowsTableProps<Row> {
  /** Name of the table for those who do not see it. */
  title: string
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** The first one names the row. */
  columns: RowColumn<Row>[]
  /** Buttons at the end of a row. */
  buttons?: (row: Row) => ReactNode
  /** What to say instead of an empty table. */
  empty: string
}

/** Rows that belong to something: a table on a desk, cards on a phone. */
export function RowsTable<Row>({ title, rows, rowKey, columns, buttons, empty }: RowsTableProps<Row>) {
  const t = useTranslate()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('sm'))
  if (rows.length === 0)
    return (
      <Typography color="textSecondary" sx={{ padding: 2 }}>
        {empty}
      </Typography>
    )
  if (narrow) {
    const [first, ...others] = columns
    return (
      <Stack component="ul" spacing={1} sx={{ listStyle: 'none', margin: 0, padding: 1 }}>
        {rows.map((row) => (
          <Card key={rowKey(row)} component="li" sx={{ padding: 1.5 }}>
            <Typography component="div" variant="h3" sx={{ overflowWrap: 'anywhere' }}>
              {first?.cell(row)}
            </Typography>
            <Box
              component="dl"
              sx={{ display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 1.5, rowGap: 0.25, margin: 0, marginBlockStart: 0.5 }}
            >
              {others.map((column) => (
                <Box key={column.label} sx={{ display: 'contents' }}>
                  <Typography component="dt" variant="body2" color="textSecondary">
                    {t(column.label)}
                  </Typography>
                  <Typography component="dd" variant="body2" sx={{ margin: 0, textAlign: 'end', overflowWrap: 'anywhere' }}>
                    {column.cell(row)}
                  </Typography>
                </Box>
              ))}
            </Box>
            {buttons && (
              <Stack direction="row" sx={{ gap: 0.5, flexWrap: 'wrap', justifyContent: 'flex-end', marginBlockStart: 0.5 }}>
                {buttons(row)}
              </Stack>
            )}
          </Card>
        ))}
      </Stack>
    )
  }
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={title}>
      <Table size="small" sx={{ marginBlock: 1 }}>
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <TableCell key={column.label} sx={column.end ? { textAlign: 'end' } : undefined}>
                {t(column.label)}
              </TableCell>
            ))}
            {buttons && <TableCell aria-label={t('shell.actions')} />}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={rowKey(row)}>
              {columns.map((column) => (
                <TableCell key={column.label} sx={column.end ? { textAlign: 'end' } : undefined}>
                  {column.cell(row)}
                </TableCell>
              ))}
              {buttons && (
                <TableCell sx={{ whiteSpace: 'nowrap', textAlign: 'end' }}>
                  <Stack direction="row" sx={{ gap: 0.5, justifyContent: 'flex-end' }}>
                    {buttons(row)}
                  </Stack>
                </TableCell>
              )}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  )
}
