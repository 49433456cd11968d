import type { EffectivePolicy } from '@cityos/control-plane/contract'
import { Chip, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { TranslatedText, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import type { RuleName } from './rule-text.ts'
import { RuleValue } from './rule-value.tsx'

/** What holds for a place, an authority or a tenant, and which policy each value comes from. */
export function PolicyInForce({ policy }: { policy: EffectivePolicy }) {
  const t = useTranslate()
  return (
    <Panel title={t('policy.in_force')} dense>
      <Typography color="textSecondary" sx={{ paddingInline: 2 }}>
        {t('policy.as_of', { version: policy.version })}
      </Typography>
      <Stack direction="row" sx={{ gap: 0.5, flexWrap: 'wrap', padding: 2 }}>
        {policy.chain.map((subject) => (
          <Chip key={`${subject.kind}-${subject.id}`} size="small" label={<TranslatedText value={subject.name} />} />
        ))}
      </Stack>
      <RowsTable
        title={t('policy.in_force')}
        rows={policy.rules}
        rowKey={(rule) => rule.rule}
        empty={t('policy.none')}
        columns={[
          { label: 'field.rule', cell: (rule) => t(`rule.${rule.rule}`) },
          { label: 'field.value', cell: (rule) => <RuleValue rule={rule.rule as RuleName} value={rule.value} /> },
          {
            label: 'field.sources',
            cell: (rule) =>
              rule.sources.map((source) => (
                <div key={source.policy_id}>
                  <TranslatedText value={source.subject.name} /> {t('policy.version', { version: source.version })}
                </div>
              )),
          },
          {
            label: 'field.exception',
            cell: (rule) =>
              rule.exception && (
                <>
                  {t('policy.exception_until')} <When at={rule.exception.until} />
                </>
              ),
          },
        ]}
      />
    </Panel>
  )
}
