import { formatMoney, type Locale, locales, pickText } from '@cityos/contract'
import { listPlans, listVerticals } from '@cityos/control-plane/contract'
import {
  Alert,
  Box,
  Button,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormHelperText,
  FormLabel,
  MenuItem,
  Radio,
  RadioGroup,
  Skeleton,
  Stack,
  TextField,
  Typography,
} from '@mui/material'
import type { ComponentType } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { Facts } from '../../screen/facts.tsx'
import { FailureState } from '../../shell/states.tsx'
import { SlugField } from './slug-field.tsx'
import { type DraftFailures, slugFromName, type TenantDraft, type WizardStep } from './tenant-draft.ts'

export interface StepProps {
  draft: TenantDraft
  change: (part: Partial<TenantDraft>) => void
  failures: DraftFailures
  goTo: (step: WizardStep) => void
}

const languageNames: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }
const currencies = ['SAR', 'AED', 'KWD', 'BHD', 'OMR', 'QAR', 'EGP', 'USD', 'EUR'] as const
const countries = ['SA', 'AE', 'KW', 'BH', 'OM', 'QA', 'EG', 'FR'] as const
const timezones = [
  'Asia/Riyadh',
  'Asia/Dubai',
  'Asia/Kuwait',
  'Asia/Bahrain',
  'Asia/Muscat',
  'Asia/Qatar',
  'Africa/Cairo',
  'Europe/Paris',
] as const

function Identity({ draft, change, failures }: StepProps) {
  const t = useTranslate()
  const rename = (name: string) => {
    const followed = draft.slug === '' || draft.slug === slugFromName(draft.name_en)
    change({ name_en: name, ...(followed ? { slug: slugFromName(name) } : {}) })
  }
  return (
    <Stack spacing={2}>
      <TextField
        name="name_en"
        label={t('wizard.name_en')}
        required
        autoFocus
        value={draft.name_en}
        onChange={(event) => rename(event.target.value)}
        error={Boolean(failures.name_en)}
        helperText={failures.name_en && t(failures.name_en)}
        slotProps={{ htmlInput: { dir: 'ltr', lang: 'en', maxLength: 120 } }}
      />
      <TextField
        name="name_ar"
        label={t('wizard.name_ar')}
        value={draft.name_ar}
        onChange={(event) => change({ name_ar: event.target.value })}
        slotProps={{ htmlInput: { dir: 'rtl', lang: 'ar', maxLength: 120 } }}
      />
      <TextField
        name="name_fr"
        label={t('wizard.name_fr')}
        value={draft.name_fr}
        onChange={(event) => change({ name_fr: event.target.value })}
        slotProps={{ htmlInput: { dir: 'ltr', lang: 'fr', maxLength: 120 } }}
      />
      <SlugField value={draft.slug} onChange={(slug) => change({ slug })} failure={failures.slug} />
    </Stack>
  )
}

function Owner({ draft, change, failures }: StepProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const plans = useRead(listPlans, { query: { limit: 100 } })
  if (plans.error) return <FailureState error={plans.error} retry={plans.refetch} />
  return (
    <Stack spacing={3}>
      <TextField
        name="owner"
        type="email"
        label={t('field.owner_email')}
        required
        value={draft.owner}
        onChange={(event) => change({ owner: event.target.value })}
        error={Boolean(failures.owner)}
        helperText={t(failures.owner ?? 'wizard.owner_help')}
        slotProps={{ htmlInput: { dir: 'ltr', autoComplete: 'email' } }}
      />
      <FormControl error={Boolean(failures.plan)}>
        <FormLabel id="plan-label">{t('field.plan')}</FormLabel>
        {!plans.data && <Skeleton variant="rounded" height={140} />}
        <RadioGroup
          aria-labelledby="plan-label"
          name="plan"
          value={draft.plan}
          onChange={(_, plan) => change({ plan })}
          sx={{ gap: 1, marginBlockStart: 1 }}
        >
          {plans.data?.items.map((plan) => (
            <FormControlLabel
              key={plan.code}
              value={plan.code}
              control={<Radio />}
              sx={{
                border: 1,
                borderColor: draft.plan === plan.code ? 'primary.main' : 'divider',
                borderRadius: 1,
                margin: 0,
                padding: 1,
                alignItems: 'flex-start',
              }}
              label={
                <Box>
                  <Typography sx={{ fontWeight: 600 }}>
                    {pickText(plan.name, locale)} ·{' '}
                    <bdi>{t(`wizard.price_${plan.interval}`, { price: formatMoney(plan.price, locale) })}</bdi>
                  </Typography>
                  <Typography variant="body2" color="textSecondary">
                    {pickText(plan.description, locale)}
                  </Typography>
                </Box>
              }
            />
          ))}
        </RadioGroup>
        {failures.plan && <FormHelperText>{t(failures.plan)}</FormHelperText>}
      </FormControl>
    </Stack>
  )
}

function Verticals({ draft, change, failures }: StepProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const verticals = useRead(listVerticals, { query: { limit: 100 } })
  if (verticals.error) return <FailureState error={verticals.error} retry={verticals.refetch} />
  if (!verticals.data) return <Skeleton variant="rounded" height={240} />
  const all = verticals.data.items.map((vertical) => vertical.code)
  const every = draft.verticals.length === all.length
  return (
    <FormControl component="fieldset" error={Boolean(failures.verticals)} sx={{ width: '100%' }}>
      <FormControlLabel
        control={
          <Checkbox
            checked={every}
            indeterminate={!every && draft.verticals.length > 0}
            onChange={(_, checked) => change({ verticals: checked ? all : [] })}
          />
        }
        label={t('wizard.all_verticals', { count: all.length })}
      />
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(200px, 1fr))' }}>
        {verticals.data.items.map((vertical) => (
          <FormControlLabel
            key={vertical.code}
            control={
              <Checkbox
                checked={draft.verticals.includes(vertical.code)}
                onChange={(_, checked) =>
                  change({
                    verticals: checked ? [...draft.verticals, vertical.code] : draft.verticals.filter((code) => code !== vertical.code),
                  })
                }
              />
            }
            label={pickText(vertical.name, locale)}
          />
        ))}
      </Box>
      <FormHelperText>{t(failures.verticals ?? 'wizard.verticals_help')}</FormHelperText>
    </FormControl>
  )
}

function Region({ draft, change, failures }: StepProps) {
  const t = useTranslate()
  const toggle = (locale: Locale, on: boolean) => {
    const chosen = locales.filter((item) => (item === locale ? on : draft.locales.includes(item)))
    change({ locales: chosen, ...(chosen.includes(draft.default_locale) ? {} : { default_locale: chosen[0] ?? draft.default_locale }) })
  }
  const names = new Intl.DisplayNames([useConsoleLocale()], { type: 'region' })
  const money = new Intl.DisplayNames([useConsoleLocale()], { type: 'currency' })
  return (
    <Stack spacing={2.5}>
      <FormControl component="fieldset" error={Boolean(failures.locales)}>
        <FormLabel component="legend">{t('field.locales')}</FormLabel>
        <Stack direction="row" sx={{ flexWrap: 'wrap' }}>
          {locales.map((locale) => (
            <FormControlLabel
              key={locale}
              lang={locale}
              control={<Checkbox checked={draft.locales.includes(locale)} onChange={(_, on) => toggle(locale, on)} />}
              label={languageNames[locale]}
            />
          ))}
        </Stack>
        {failures.locales && <FormHelperText>{t(failures.locales)}</FormHelperText>}
      </FormControl>
      <TextField
        select
        name="default_locale"
        label={t('field.default_locale')}
        value={draft.default_locale}
        onChange={(event) => change({ default_locale: event.target.value as Locale })}
        error={Boolean(failures.default_locale)}
        helperText={failures.default_locale && t(failures.default_locale)}
      >
        {draft.locales.map((locale) => (
          <MenuItem key={locale} value={locale} lang={locale}>
            {languageNames[locale]}
          </MenuItem>
        ))}
      </TextField>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr 1fr 1fr' } }}>
        <TextField
          select
          name="currency"
          label={t('field.currency')}
          value={draft.currency}
          onChange={(event) => change({ currency: event.target.value })}
          error={Boolean(failures.currency)}
        >
          {currencies.map((code) => (
            <MenuItem key={code} value={code}>
              <bdi dir="ltr">{code}</bdi>&nbsp;– {money.of(code)}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          name="country"
          label={t('field.country')}
          value={draft.country}
          onChange={(event) => change({ country: event.target.value })}
        >
          {countries.map((code) => (
            <MenuItem key={code} value={code}>
              {names.of(code)}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          name="timezone"
          label={t('field.timezone')}
          value={draft.timezone}
          onChange={(event) => change({ timezone: event.target.value })}
        >
          {timezones.map((zone) => (
            <MenuItem key={zone} value={zone}>
              <bdi dir="ltr">{zone}</bdi>
            </MenuItem>
          ))}
        </TextField>
      </Box>
      <FormControl>
        <FormLabel id="seed-label">{t('wizard.content')}</FormLabel>
        <RadioGroup
          aria-labelledby="seed-label"
          value={draft.seed ? 'seed' : 'empty'}
          onChange={(_, value) => change({ seed: value === 'seed' })}
        >
          <FormControlLabel value="empty" control={<Radio />} label={t('wizard.empty')} />
          <FormControlLabel value="seed" control={<Radio />} label={t('wizard.seed')} />
        </RadioGroup>
      </FormControl>
    </Stack>
  )
}

function Review({ draft, failures, goTo }: StepProps) {
  const t = useTranslate()
  const parts: [WizardStep, { label: string; value: string }[]][] = [
    [
      'identity',
      [
        { label: 'wizard.name_en', value: draft.name_en },
        { label: 'wizard.name_ar', value: draft.name_ar || '–' },
        { label: 'field.slug', value: draft.slug },
      ],
    ],
    [
      'owner',
      [
        { label: 'field.owner_email', value: draft.owner },
        { label: 'field.plan', value: draft.plan },
      ],
    ],
    ['verticals', [{ label: 'field.verticals', value: draft.verticals.join(', ') || t('wizard.no_verticals') }]],
    [
      'region',
      [
        { label: 'field.locales', value: draft.locales.map((locale) => languageNames[locale]).join(', ') },
        { label: 'field.currency', value: draft.currency },
        { label: 'wizard.content', value: t(draft.seed ? 'wizard.seed' : 'wizard.empty') },
      ],
    ],
  ]
  return (
    <Stack spacing={2}>
      {Object.keys(failures).length > 0 && <Alert severity="error">{t('ra.message.invalid_form')}</Alert>}
      {parts.map(([step, facts]) => (
        <Box key={step} component="section" sx={{ borderBlockStart: 1, borderColor: 'divider', paddingBlockStart: 1.5 }}>
          <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center', marginBlockEnd: 0.5 }}>
            <Typography variant="h3">{t(`wizard.${step}`)}</Typography>
            <Button size="small" onClick={() => goTo(step)}>
              {t('wizard.change')}
            </Button>
          </Stack>
          <Facts facts={facts.map((fact) => ({ label: fact.label, value: <bdi>{fact.value}</bdi> }))} />
        </Box>
      ))}
    </Stack>
  )
}

export const stepViews: Record<WizardStep, ComponentType<StepProps>> = {
  identity: Identity,
  owner: Owner,
  verticals: Verticals,
  region: Region,
  review: Review,
}
