import { formatMoney, pickText } from '@cityos/contract'
import { listPlans, listVerticals } from '@cityos/control-plane/contract'
import {
  Box,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormHelperText,
  FormLabel,
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
import { FailureState } from '../../shell/states.tsx'
import { SlugField } from './slug-field.tsx'
import { slugFromName, type WizardStep } from './tenant-draft.ts'
import { Region } from './wizard-region.tsx'
import { Review } from './wizard-review.tsx'
import type { StepProps } from './wizard-step.ts'

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
export const stepViews: Record<WizardStep, ComponentType<StepProps>> = {
  identity: Identity,
  owner: Owner,
  verticals: Verticals,
  region: Region,
  review: Review,
}
