import type { Money } from '@cityos/contract'
import { Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { MoneyText } from '../fields/values.tsx'
import { Panel } from '../screen/facts.tsx'

interface TopTableProps {
  title: string
  rows: { name: string; count: number; sales: Money; to?: string }[]
  countLabel: string
}

/** The best of something, in a table short enough to need no chart. */
export function TopTable({ title, rows, countLabel }: TopTableProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Panel title={title} dense>
      {rows.length === 0 ? (
        <Typography color="textSecondary" sx={{ padding: 2 }}>
          {t('dashboard.nothing_sold')}
        </Typography>
      ) : (
        <Table size="small" sx={{ marginBlock: 1 }}>
          <TableHead>
            <TableRow>
              <TableCell>{t('field.name')}</TableCell>
              <TableCell sx={{ textAlign: 'end' }}>{countLabel}</TableCell>
              <TableCell sx={{ textAlign: 'end' }}>{t('field.sales')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map((row) => (
              <TableRow key={row.name}>
                <TableCell>{row.to ? <Link to={row.to}>{row.name}</Link> : <bdi>{row.name}</bdi>}</TableCell>
                <TableCell sx={{ textAlign: 'end' }}>{formatNumber(row.count, locale)}</TableCell>
                <TableCell sx={{ textAlign: 'end' }}>
                  <MoneyText value={row.sales} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Panel>
  )
}
