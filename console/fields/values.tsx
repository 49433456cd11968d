import { formatMoney, type I18nText, type Money, pickText } from '@cityos/contract'
import { Box, Tooltip, Typography } from '@mui/material'
import { useContext } from 'react'
import { useTranslate } from 'react-admin'
import { CopyButton } from '../shell/failure-notice.tsx'
import { formatAgo, formatBytes, formatWhen, formatWhenIn, useConsoleLocale } from './format.ts'
import { PlaceZone } from './when-input.tsx'

/** An amount, isolated so that its digits and sign keep their order in Arabic. */
export function MoneyText({ value, strong = false }: { value: Money | null | undefined; strong?: boolean }) {
  const locale = useConsoleLocale()
  if (!value) return <Dash />
  return (
    <Box component="bdi" sx={{ whiteSpace: 'nowrap', fontWeight: strong ? 600 : undefined }}>
      {formatMoney(value, locale)}
    </Box>
  )
}

/** On the clock of the place the page is about, else the reader's; the tooltip names UTC, which logs and operations speak. */
export function When({ at, ago = false }: { at: string | null | undefined; ago?: boolean }) {
  const locale = useConsoleLocale()
  const zone = useContext(PlaceZone)
  if (!at) return <Dash />
  const local = zone ? formatWhenIn(at, zone, locale) : formatWhen(at, locale)
  const text = ago ? formatAgo(at, locale, Date.now()) : local
  return (
    <Tooltip title={ago ? `${local} · ${at}` : at}>
      <Box component="time" dateTime={at} sx={{ whiteSpace: 'nowrap' }}>
        {text}
      </Box>
    </Tooltip>
  )
}

/** A size in bytes; a dash while it is not known. */
export function Bytes({ value }: { value: number | null }) {
  const locale = useConsoleLocale()
  return value === null ? <Dash /> : <bdi>{formatBytes(value, locale)}</bdi>
}

/** Ids, SKUs, phone numbers, addresses: always left to right, and easy to copy. */
export function Ident({ value, copy = false }: { value: string | null | undefined; copy?: boolean }) {
  const t = useTranslate()
  if (!value) return <Dash />
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5, maxWidth: '100%' }}>
      <Box component="bdi" dir="ltr" sx={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {value}
      </Box>
      {copy && <CopyButton text={value} label={t('shell.copy')} />}
    </Box>
  )
}

export function TranslatedText({ value }: { value: I18nText | string | null | undefined }) {
  const locale = useConsoleLocale()
  const text = typeof value === 'string' ? value : pickText(value, locale)
  return text ? <bdi>{text}</bdi> : <Dash />
}

export function Dash() {
  return (
    <Typography component="span" color="textSecondary" aria-hidden>
      –
    </Typography>
  )
}

/** Several names in a row, with the separator of the page's language; each keeps its own direction. */
export function Names({ values }: { values: readonly string[] }) {
  const separator = useConsoleLocale() === 'ar' ? '، ' : ', '
  return values.map((value, index) => (
    <span key={value}>
      {index > 0 && separator}
      <bdi>{value}</bdi>
    </span>
  ))
}
