import { TablePagination } from '@mui/material'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'

interface PagerProps {
  total: number
  /** From 0. */
  page: number
  size: number
  onPage: (page: number) => void
}

/** Leads through pages of rows that are not a resource of their own; nothing when one page holds them all. */
export function Pager({ total, page, size, onPage }: PagerProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (total <= size) return null
  const number = (value: number) => formatNumber(value, locale)
  return (
    <TablePagination
      component="div"
      count={total}
      page={page}
      rowsPerPage={size}
      rowsPerPageOptions={[size]}
      labelDisplayedRows={({ from, to, count }) =>
        t('ra.navigation.page_range_info', { offsetBegin: number(from), offsetEnd: number(to), total: number(count) })
      }
      getItemAriaLabel={(type) => t(type === 'next' ? 'ra.navigation.next' : 'ra.navigation.previous')}
      onPageChange={(_, next) => onPage(next)}
    />
  )
}
