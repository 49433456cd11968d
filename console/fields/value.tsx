import type { I18nText, Money } from '@cityos/contract'
import { Chip, Stack } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { FieldKind } from '../api/shape.ts'
import { formatDate, formatNumber, formatPercent, useConsoleLocale } from './format.ts'
import { StatusChip } from './status.tsx'
import { Dash, Ident, MoneyText, TranslatedText, When } from './values.tsx'

/** Shows a value as what it is; the kind comes from the endpoint's schema. */
export function Value({ kind, value, name }: { kind: FieldKind; value: unknown; name: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (value === null || value === undefined || value === '') return <Dash />
  switch (kind) {
    case 'money':
      return <MoneyText value={value as Money} />
    case 'i18n':
      return <TranslatedText value={value as I18nText} />
    case 'when':
      return <When at={String(value)} />
    case 'date':
      return <bdi>{formatDate(String(value), locale)}</bdi>
    case 'time':
      return <bdi dir="ltr">{String(value)}</bdi>
    case 'bps':
      return <>{formatPercent(Number(value), locale)}</>
    case 'numbers':
      return <>{(value as number[]).map((item) => formatNumber(item, locale)).join(locale === 'ar' ? '، ' : ', ') || <Dash />}</>
    case 'status':
      return <StatusChip status={String(value)} />
    case 'choice':
      return <>{t(`choice.${name}.${String(value)}`, { _: t(`status.${String(value)}`, { _: String(value) }) })}</>
    case 'flag':
      return <>{value ? t('ra.boolean.true') : t('ra.boolean.false')}</>
    case 'number':
      return <>{formatNumber(Number(value), locale)}</>
    case 'id':
      return <Ident value={String(value)} />
    case 'texts':
      return <Words values={(value as string[]).map((word) => t(`choice.${name}.${word}`, { _: word }))} />
    case 'object':
      return (
        <>
          {Object.entries(value as Record<string, unknown>)
            .map(([key, item]) => `${key}: ${typeof item === 'object' ? JSON.stringify(item) : String(item)}`)
            .join(', ') || <Dash />}
        </>
      )
    case 'rows':
      return <>{formatNumber((value as unknown[]).length, locale)}</>
    default:
      return <bdi>{String(value)}</bdi>
  }
}

function Words({ values }: { values: string[] }) {
  if (values.length === 0) return <Dash />
  return (
    <Stack direction="row" component="span" sx={{ flexWrap: 'wrap', gap: 0.5 }}>
      {values.map((word) => (
        <Chip key={word} size="small" component="span" label={word} />
      ))}
    </Stack>
  )
}
