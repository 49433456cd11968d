import { type Locale, locales } from '@cityos/contract'
import { listCells } from '@cityos/control-plane/contract'
import {
  Box,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormHelperText,
  FormLabel,
  MenuItem,
  Radio,
  RadioGroup,
  Stack,
  TextField,
} from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { languageNames, type StepProps } from './wizard-step.ts'

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
/** Languages, currency, country, and what the shop starts with. */
export function Region({ draft, change, failures }: StepProps) {
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
      <ClusterRegion draft={draft} change={change} />
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

/** Where it runs, on a platform that has clusters; on one of a single machine nothing is asked. */
function ClusterRegion({ draft, change }: Pick<StepProps, 'draft' | 'change'>) {
  const t = useTranslate()
  const { data } = useRead(listCells, { query: { limit: 100 } })
  const regions = [...new Set((data?.items ?? []).filter((cell) => cell.room > 0).map((cell) => cell.region))]
  if (regions.length === 0) return null
  return (
    <TextField
      select
      name="cluster_region"
      label={t('wizard.runs_in')}
      value={draft.cluster_region}
      onChange={(event) => change({ cluster_region: event.target.value })}
    >
      <MenuItem value="">{t('wizard.runs_as_usual')}</MenuItem>
      {regions.map((region) => (
        <MenuItem key={region} value={region}>
          {region}
        </MenuItem>
      ))}
    </TextField>
  )
}
