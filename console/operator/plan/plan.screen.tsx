import { archivePlan, changePlan, createPlan, listPlans, offerPlan, type Plan, readPlan } from '@cityos/control-plane/contract'
import SellIcon from '@mui/icons-material/SellOutlined'
import { Stack } from '@mui/material'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'
import { LimitsInput } from './limits-input.tsx'

function Limits({ limits }: { limits: Plan['limits'] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Stack component="ul" sx={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {Object.entries(limits).map(([name, limit]) => (
        <li key={name}>
          {t(`limit.${name}`, { _: name })}: {formatNumber(limit, locale)}
        </li>
      ))}
    </Stack>
  )
}

const terms = ['name', 'description', 'price', 'interval', 'trial_days', 'position']

export const planScreen: Screen = {
  name: 'plans',
  icon: SellIcon,
  endpoints: {
    list: listPlans,
    read: readPlan,
    create: createPlan,
    update: changePlan,
    actions: { archive: archivePlan, offer: offerPlan },
    key: 'code',
  },
  columns: [
    'name',
    { source: 'code', render: (record) => <Ident value={String(record['code'])} /> },
    { source: 'price', card: 'aside' },
    'interval',
    'trial_days',
    { source: 'default', label: 'field.default_plan' },
    { source: 'subscriptions', label: 'field.tenants' },
    { source: 'limits', render: (record) => <Limits limits={record['limits'] as Plan['limits']} /> },
  ],
  title: (record) => String(record['code']),
  form: [...terms, { source: 'limits', input: <LimitsInput /> }],
  createForm: ['code', ...terms, { source: 'limits', input: <LimitsInput /> }],
  currency: (record) => (record as Plan | undefined)?.price.currency ?? 'SAR',
  filters: ['archived'],
  menu: { group: 'finance', key: 'p' },
}
