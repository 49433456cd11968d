import { readTenantPolicy, type Tenant } from '@cityos/control-plane/contract'
import { Chip, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Ident, TranslatedText, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'

/** A rule's value on one line: lists with commas, records as `key: value`. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, item]) => `${key}: ${inWords(item)}`)
      .join(', ')
  return String(value)
}

/** What the city rules for this tenant, and which policy each value comes from. */
export function TenantPolicy({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const read = useRead(readTenantPolicy, { params: { id: tenant.id } })
  return (
    <Loaded read={read} rows={4}>
      {(policy) => (
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
              { label: 'field.rule', cell: (rule) => <Ident value={rule.rule} /> },
              { label: 'field.value', cell: (rule) => <bdi dir="ltr">{inWords(rule.value)}</bdi> },
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
      )}
    </Loaded>
  )
}
