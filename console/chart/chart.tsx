import TimelineIcon from '@mui/icons-material/ShowChart'
import TableChartIcon from '@mui/icons-material/TableChartOutlined'
import { Box, Button, Skeleton, Table, TableBody, TableCell, TableHead, TableRow } from '@mui/material'
import { lazy, Suspense, useState } from 'react'
import { useTranslate } from 'react-admin'
import { Panel } from '../screen/facts.tsx'

const Plot = lazy(() => import('./plot.tsx'))

export interface Series {
  label: string
  values: number[]
}

export interface ChartProps {
  title: string
  /** One label per point, already in the reader's language. */
  points: string[]
  series: Series[]
  kind: 'line' | 'bar'
  format: (value: number) => string
}

/** A plot and, one click away, the same figures as a table (ux guide §11). */
export function Chart({ title, points, series, kind, format }: ChartProps) {
  const t = useTranslate()
  const [asTable, setAsTable] = useState(false)
  return (
    <Panel
      title={title}
      dense
      actions={
        <Button
          size="small"
          color="inherit"
          startIcon={asTable ? <TimelineIcon /> : <TableChartIcon />}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'shell.as_chart' : 'shell.as_table')}
        </Button>
      }
    >
      {asTable ? (
        <Box sx={{ maxHeight: 260, overflow: 'auto' }} tabIndex={0} role="region" aria-label={title}>
          <Table size="small" stickyHeader>
            <TableHead>
              <TableRow>
                <TableCell>{t('field.when')}</TableCell>
                {series.map((line) => (
                  <TableCell key={line.label} sx={{ textAlign: 'end' }}>
                    {line.label}
                  </TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {points.map((point, index) => (
                <TableRow key={point}>
                  <TableCell>{point}</TableCell>
                  {series.map((line) => (
                    <TableCell key={line.label} sx={{ textAlign: 'end' }}>
                      <bdi>{format(line.values[index] ?? 0)}</bdi>
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      ) : (
        <Box dir="ltr" sx={{ height: 240, paddingInline: 1 }} role="img" aria-label={title}>
          <Suspense fallback={<Skeleton variant="rounded" height={220} />}>
            <Plot points={points} series={series} kind={kind} format={format} />
          </Suspense>
        </Box>
      )}
    </Panel>
  )
}
