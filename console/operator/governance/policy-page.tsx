import { diffPolicy, type Policy, readPolicy, simulatePolicy } from '@cityos/control-plane/contract'
import { Alert, Box, Button, Stack, TextField, Typography } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { TranslatedText, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RemoveRecord } from '../../screen/remove-record.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { FailureAlert } from '../../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { ChangePolicy } from './draft-policy.tsx'
import { policyScreen } from './policy.screen.tsx'
import type { RuleName } from './rule-text.ts'
import { RuleValue } from './rule-value.tsx'

/** One version of a policy: what it rules, what would change, and what can be done with it now. */
export function PolicyPage() {
  const id = String(useGetRecordId())
  const { data, error, refetch } = useRead(readPolicy, { params: { id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  return <Shown policy={data} />
}

function Shown({ policy }: { policy: Policy }) {
  const t = useTranslate()
  return (
    <Box>
      <Title title={policyScreen.title({ ...policy })} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          <ActionButtons resource="policies" record={policy} names={policy.actions} endpoints={policyScreen.endpoints.actions ?? {}} />
          {policy.actions.includes('change') && <ChangePolicy policy={policy} />}
          {policy.actions.includes('remove') && <RemoveRecord screen={policyScreen} record={policy} />}
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <Facts
            facts={[
              { label: 'field.status', value: <StatusChip status={policy.status} /> },
              {
                label: 'policy.subject',
                value: (
                  <>
                    {t(`policy.subject_${policy.subject.kind}`)}: <TranslatedText value={policy.subject.name} />
                  </>
                ),
              },
              { label: 'field.domain', value: t(`choice.domain.${policy.domain}`) },
              { label: 'field.version', value: policy.version },
              { label: 'field.effective_from', value: <When at={policy.effective_from} /> },
              { label: 'field.effective_until', value: <When at={policy.effective_until} /> },
              { label: 'policy.activated_at', value: <When at={policy.activated_at} /> },
              { label: 'field.note', value: <bdi>{policy.note}</bdi> },
            ]}
          />
        </Panel>
        <Panel title={t('field.rules')} dense>
          <RowsTable
            title={t('field.rules')}
            rows={Object.entries(policy.rules)}
            rowKey={([rule]) => rule}
            empty={t('policy.none')}
            columns={[
              { label: 'field.rule', cell: ([rule]) => t(`rule.${rule}`) },
              { label: 'field.value', cell: ([rule, value]) => <RuleValue rule={rule as RuleName} value={value} /> },
            ]}
          />
        </Panel>
        {policy.status !== 'active' && <Difference policy={policy} />}
        {(policy.status === 'draft' || policy.status === 'approved') && <Simulation policy={policy} />}
      </Stack>
    </Box>
  )
}

interface Change {
  rule: string
  before: unknown
  after: unknown
}

function Changes({ title, rows, empty }: { title: string; rows: readonly Change[]; empty: string }) {
  const t = useTranslate()
  return (
    <RowsTable
      title={title}
      rows={rows}
      rowKey={(row) => row.rule}
      empty={empty}
      columns={[
        { label: 'field.rule', cell: (row) => t(`rule.${row.rule}`) },
        { label: 'policy.before', cell: (row) => <RuleValue rule={row.rule as RuleName} value={row.before} /> },
        { label: 'policy.after', cell: (row) => <RuleValue rule={row.rule as RuleName} value={row.after} /> },
      ]}
    />
  )
}

function Difference({ policy }: { policy: Policy }) {
  const t = useTranslate()
  const { data, error } = useRead(diffPolicy, { params: { id: policy.id } })
  return (
    <Panel title={t('policy.difference')} dense>
      {error ? (
        <FailureAlert error={error} />
      ) : (
        <Changes title={t('policy.difference')} rows={data?.rules ?? []} empty={t('policy.no_difference')} />
      )}
    </Panel>
  )
}

/** What would change for one tenant if this version were in force; nothing happens. */
function Simulation({ policy }: { policy: Policy }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [tenant, setTenant] = useState('')
  const send = useSend(simulatePolicy)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate({ params: { id: policy.id }, body: { tenant_id: tenant.trim() } })
  }
  const found = send.data
  return (
    <Panel title={t('policy.simulate')}>
      <Stack spacing={2}>
        <Typography color="textSecondary">{t('policy.simulate_text')}</Typography>
        <Stack component="form" direction="row" spacing={1} onSubmit={submit}>
          <TextField
            size="small"
            label={t('field.tenant')}
            value={tenant}
            required
            onChange={(event) => setTenant(event.target.value)}
            slotProps={{ htmlInput: { dir: 'ltr' } }}
          />
          <Button type="submit" variant="outlined" loading={send.isPending}>
            {t('policy.try')}
          </Button>
        </Stack>
        <FailureAlert error={send.error} />
        {found && !found.applies && <Alert severity="info">{t('policy.not_governed')}</Alert>}
        {found?.applies && (
          <>
            {found.verticals_off.length > 0 && (
              <Alert severity="warning">{t('policy.verticals_off', { verticals: found.verticals_off.join(', ') })}</Alert>
            )}
            <Changes title={t('policy.simulate')} rows={found.changes} empty={t('policy.changes_nothing')} />
            <Typography variant="body2" color="textSecondary">
              {t('policy.governs', { count: formatNumber(found.tenants, locale) })}
            </Typography>
          </>
        )}
      </Stack>
    </Panel>
  )
}
