import { formatLocale, type Locale } from '@cityos/contract'
import { Box } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useConsoleLocale } from '../../fields/format.ts'
import { MoneyText } from '../../fields/values.tsx'
import { kindOfRule, type RuleName } from './rule-text.ts'

const week = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** `sun` as the language's short name; 2023-01-01 was a Sunday. */
const dayName = (code: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2023, 0, 1 + week.indexOf(code)))

interface TradingHours {
  days: string[]
  from: string
  to: string
}

/** What a rule of a policy says, to be read; how it is typed is `formatRule`. */
export function RuleValue({ rule, value }: { rule: RuleName; value: unknown }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (value === null || value === undefined) return '–'
  switch (kindOfRule(rule)) {
    case 'amounts':
      return Object.entries(value as Record<string, number>).map(([currency, amount]) => (
        <Box key={currency}>
          <MoneyText value={{ amount, currency }} />
        </Box>
      ))
    case 'ages':
      return Object.entries(value as Record<string, number>).map(([category, age]) => (
        <Box key={category}>{t('policy.from_age', { category, age })}</Box>
      ))
    case 'hours':
      return (value as TradingHours[]).map(({ days, from, to }) => (
        <Box key={`${days.join()}${from}`}>
          {days.length === week.length ? t('policy.every_day') : days.map((day) => dayName(day, locale)).join(' ')}{' '}
          <bdi dir="ltr">
            {from}–{to}
          </bdi>
        </Box>
      ))
    case 'flag':
      return t(value ? 'ra.boolean.true' : 'ra.boolean.false')
    case 'codes':
      return <bdi>{(value as string[]).join(', ')}</bdi>
    case 'number':
      return <bdi>{String(value)}</bdi>
  }
}
