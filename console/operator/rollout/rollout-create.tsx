import { createRollout, listReleases, previewRollout } from '@cityos/control-plane/contract'
import {
  Accordion,
  AccordionDetails,
  AccordionSummary,
  Box,
  Button,
  FormControlLabel,
  MenuItem,
  Stack,
  Switch,
  TextField,
  Typography,
} from '@mui/material'
import { useDeferredValue, useState } from 'react'
import { Title, useNavigate, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { useRead, useSend } from '../../api/query.ts'
import { leftToRight } from '../../fields/format.ts'
import { Confirm } from '../../screen/confirm.tsx'
import { Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton, Loaded } from '../../shell/states.tsx'
import { FreezeBanner } from './freeze.tsx'
import { PlanPreview } from './plan-preview.tsx'
import { emptyDraft, mistakes, planOf, type RolloutDraft, thresholdNames } from './rollout-draft.ts'

/** Plans a rollout: what it is made of on one side, what it would do on the other; nothing happens before it is confirmed. */
export function RolloutCreate() {
  const [search] = useSearchParams()
  const releases = useRead(listReleases, { query: { status: 'available', limit: 100 } })
  return (
    <Loaded read={releases} rows={8}>
      {({ items }) => <Planner versions={items.map((release) => release.version)} asked={search.get('to')} />}
    </Loaded>
  )
}

function Planner({ versions, asked }: { versions: string[]; asked: string | null }) {
  const t = useTranslate()
  const navigate = useNavigate()
  const [draft, setDraft] = useState<RolloutDraft>(() => emptyDraft(asked && versions.includes(asked) ? asked : (versions[0] ?? '')))
  const [confirming, setConfirming] = useState<'start' | 'plan' | null>(null)
  const create = useSend(createRollout)
  const wrong = mistakes(draft)
  const body = useDeferredValue(planOf(draft))
  const preview = useRead(previewRollout, { body }, { enabled: wrong.length === 0, placeholderData: (before) => before })
  const ready = wrong.length === 0 && preview.data !== undefined && preview.data.refused === null
  return (
    <Box sx={{ paddingBlockStart: 2 }}>
      <Title title="resources.rollouts.create" />
      <Stack spacing={2}>
        <FreezeBanner />
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: 'minmax(300px, 5fr) 7fr' }, alignItems: 'start' }}>
          <Panel>
            <Stack spacing={2}>
              <PlanForm draft={draft} wrong={wrong} versions={versions} onChange={setDraft} />
              <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
                <Button variant="contained" disabled={!ready} onClick={() => setConfirming('start')}>
                  {t('rollout.start')}
                </Button>
                <Button disabled={!ready} onClick={() => setConfirming('plan')}>
                  {t('rollout.plan_only')}
                </Button>
              </Stack>
            </Stack>
          </Panel>
          {preview.error && !preview.data ? (
            <FailureState error={preview.error} retry={preview.refetch} />
          ) : preview.data ? (
            <PlanPreview plan={preview.data} />
          ) : (
            <ListSkeleton />
          )}
        </Box>
      </Stack>
      {confirming && (
        <Confirm
          title={t(confirming === 'start' ? 'rollout.start' : 'rollout.plan_only')}
          consequence={t(confirming === 'start' ? 'rollout.start_text' : 'rollout.plan_text', { release: leftToRight(draft.to) })}
          confirmLabel={t(confirming === 'start' ? 'rollout.start' : 'rollout.plan_only')}
          busy={create.isPending}
          failure={create.error}
          onConfirm={() =>
            create.mutate(
              { body: { ...planOf(draft), start: confirming === 'start' } },
              { onSuccess: (rollout) => navigate(`/rollouts/${rollout.id}/show`) },
            )
          }
          onClose={() => setConfirming(null)}
        />
      )}
    </Box>
  )
}

interface PlanFormProps {
  draft: RolloutDraft
  wrong: (keyof RolloutDraft)[]
  versions: string[]
  onChange: (draft: RolloutDraft) => void
}

function PlanForm({ draft, wrong, versions, onChange }: PlanFormProps) {
  const t = useTranslate()
  const field = (name: 'rings' | 'soakMinutes' | 'maxFailures' | 'parallel' | 'control', numeric = true) => ({
    label: t(`rollout.${name}`),
    helperText: t(wrong.includes(name) ? `rollout.${name}_wrong` : `rollout.${name}_help`),
    error: wrong.includes(name),
    value: draft[name],
    onChange: (event: { target: { value: string } }) => onChange({ ...draft, [name]: event.target.value }),
    slotProps: { htmlInput: { dir: 'ltr' as const, ...(numeric ? { inputMode: 'decimal' as const } : {}) } },
    fullWidth: true,
  })
  return (
    <>
      <TextField
        select
        label={t('rollout.to')}
        value={draft.to}
        error={wrong.includes('to')}
        onChange={(event) => onChange({ ...draft, to: event.target.value })}
        fullWidth
      >
        {versions.map((version) => (
          <MenuItem key={version} value={version}>
            <bdi dir="ltr">{version}</bdi>
          </MenuItem>
        ))}
      </TextField>
      <TextField {...field('rings', false)} />
      <TextField {...field('soakMinutes')} />
      <TextField {...field('maxFailures')} />
      <TextField {...field('parallel')} />
      <TextField {...field('control')} />
      <FormControlLabel
        control={<Switch checked={draft.rehearse} onChange={(_, rehearse) => onChange({ ...draft, rehearse })} />}
        label={t('rollout.rehearse')}
      />
      <Accordion disableGutters variant="outlined">
        <AccordionSummary>
          <Typography variant="h3">{t('rollout.thresholds')}</Typography>
        </AccordionSummary>
        <AccordionDetails>
          <Stack spacing={2}>
            {wrong.includes('thresholds') && <Typography color="error">{t('rollout.thresholds_wrong')}</Typography>}
            {thresholdNames.map((name) => (
              <TextField
                key={name}
                label={t(`threshold.${name}`)}
                helperText={t(`threshold_unit.${name}`)}
                value={draft.thresholds[name]}
                onChange={(event) => onChange({ ...draft, thresholds: { ...draft.thresholds, [name]: event.target.value } })}
                slotProps={{ htmlInput: { dir: 'ltr', inputMode: 'decimal' } }}
                fullWidth
              />
            ))}
          </Stack>
        </AccordionDetails>
      </Accordion>
    </>
  )
}
