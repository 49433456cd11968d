import { policyRules } from '@cityos/contract'
import DeleteIcon from '@mui/icons-material/DeleteOutlined'
import { IconButton, MenuItem, Stack, TextField, Typography } from '@mui/material'
import { useInput, useTranslate } from 'react-admin'
import { exampleOf, kindOfRule, parseRule, type RuleName } from './rule-text.ts'

type Texts = Record<string, string>
const isGood = (texts: Texts) => Object.entries(texts).every(([rule, text]) => parseRule(rule as RuleName, text))

/** The rules of a policy, one line each: what is not here is left to whatever lies above. Its value are texts by rule. */
export function RulesInput({ source }: { source: string }) {
  const t = useTranslate()
  const { field } = useInput<Texts>({
    source,
    defaultValue: {},
    validate: (texts: Texts) => (isGood(texts ?? {}) ? undefined : 'policy.rules_unreadable'),
  })
  const texts = (field.value ?? {}) as Texts
  const free = policyRules.filter((rule) => !(rule in texts))
  const without = (rule: string) => Object.fromEntries(Object.entries(texts).filter(([name]) => name !== rule))
  return (
    <Stack spacing={1.5} role="group" aria-label={t('field.rules')} sx={{ width: '100%' }}>
      <Typography variant="h3">{t('field.rules')}</Typography>
      {Object.entries(texts).map(([rule, text]) => (
        <RuleInput
          key={rule}
          rule={rule as RuleName}
          text={text}
          onChange={(next) => field.onChange({ ...texts, [rule]: next })}
          onRemove={() => field.onChange(without(rule))}
        />
      ))}
      {free.length > 0 && (
        <TextField
          select
          size="small"
          label={t('policy.add_rule')}
          value=""
          onChange={(event) =>
            field.onChange({ ...texts, [event.target.value]: kindOfRule(event.target.value as RuleName) === 'flag' ? 'true' : '' })
          }
        >
          {free.map((rule) => (
            <MenuItem key={rule} value={rule}>
              {t(`rule.${rule}`)}
            </MenuItem>
          ))}
        </TextField>
      )}
    </Stack>
  )
}

interface RuleInputProps {
  rule: RuleName
  text: string
  onChange: (text: string) => void
  onRemove: () => void
}

function RuleInput({ rule, text, onChange, onRemove }: RuleInputProps) {
  const t = useTranslate()
  const kind = kindOfRule(rule)
  const wrong = text !== '' && !parseRule(rule, text)
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'flex-start' }}>
      <TextField
        fullWidth
        size="small"
        label={t(`rule.${rule}`)}
        value={text}
        error={wrong}
        helperText={kind === 'flag' ? undefined : t(wrong ? 'policy.like' : 'policy.example', { example: exampleOf[kind] })}
        select={kind === 'flag'}
        onChange={(event) => onChange(event.target.value)}
        slotProps={{ htmlInput: { dir: 'ltr' } }}
      >
        {kind === 'flag' &&
          ['true', 'false'].map((value) => (
            <MenuItem key={value} value={value}>
              {t(`policy.${value}`)}
            </MenuItem>
          ))}
      </TextField>
      <IconButton aria-label={t('policy.remove_rule', { rule: t(`rule.${rule}`) })} onClick={onRemove}>
        <DeleteIcon />
      </IconButton>
    </Stack>
  )
}
