import { Alert, Box, Button, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { Facts } from '../../screen/facts.tsx'
import type { WizardStep } from './tenant-draft.ts'
import { languageNames, type StepProps } from './wizard-step.ts'

/** Everything that was entered, each part with a way back to it. */
export function Review({ draft, failures, goTo }: StepProps) {
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
