import { changeSetting, listSettings, type PlatformSetting, resetSetting } from '@cityos/control-plane/contract'
import { Box, Button, FormControlLabel, Stack, Switch, TextField, Typography } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { Title, useNotify, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { FailureAlert } from '../../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

/** What the platform does by itself, and within which bounds that can be changed. */
export function SettingsPage() {
  const t = useTranslate()
  const { data, error, refetch } = useRead(listSettings, {})
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  const groups = [...new Set(data.map((setting) => setting.group))]
  return (
    <Box sx={{ paddingBlockStart: 2, maxWidth: 760 }}>
      <Title title="menu.settings" />
      <Stack spacing={2}>
        {groups.map((group) => (
          <Panel key={group} title={t(`setting_group.${group}`)}>
            <Stack spacing={3}>
              {data
                .filter((setting) => setting.group === group)
                .map((setting) => (
                  <SettingForm key={`${setting.key} ${setting.version}`} setting={setting} />
                ))}
            </Stack>
          </Panel>
        ))}
      </Stack>
    </Box>
  )
}

function SettingForm({ setting }: { setting: PlatformSetting }) {
  const t = useTranslate()
  const notify = useNotify()
  const change = useSend(changeSetting)
  const reset = useSend(resetSetting)
  const [text, setText] = useState(String(setting.value))
  const done = { onSuccess: () => notify(t('shell.done'), { type: 'success' as const }) }
  const save = (value: unknown) => change.mutate({ params: { key: setting.key }, body: { value, version: setting.version } }, done)
  const mayChange = setting.actions.includes('change')
  const label = t(`setting_key.${setting.key}`, { _: setting.summary })
  const { type, minimum, maximum } = setting.schema as { type?: string; minimum?: number; maximum?: number }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(Number(text))
  }
  return (
    <Box>
      {type === 'boolean' ? (
        <FormControlLabel
          label={label}
          control={
            <Switch checked={setting.value === true} disabled={!mayChange || change.isPending} onChange={(_, checked) => save(checked)} />
          }
        />
      ) : (
        <Stack component="form" direction={{ sm: 'row' }} spacing={1} onSubmit={submit} sx={{ alignItems: { sm: 'flex-start' } }}>
          <TextField
            fullWidth
            size="small"
            type="number"
            label={label}
            value={text}
            required
            disabled={!mayChange}
            onChange={(event) => setText(event.target.value)}
            helperText={t('setting.between', { from: String(minimum ?? 0), to: String(maximum ?? '') })}
            slotProps={{ htmlInput: { dir: 'ltr', min: minimum, max: maximum, step: 1 } }}
          />
          {mayChange && (
            <Button type="submit" variant="outlined" disabled={text === String(setting.value)} loading={change.isPending}>
              {t('ra.action.save')}
            </Button>
          )}
        </Stack>
      )}
      <FailureAlert error={change.error ?? reset.error} />
      {setting.version > 0 && (
        <Stack direction="row" spacing={1} sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
          <Typography variant="body2" color="textSecondary">
            {t('setting.changed')} <When at={setting.updated_at} />
          </Typography>
          {setting.actions.includes('reset') && (
            <Button size="small" loading={reset.isPending} onClick={() => reset.mutate({ params: { key: setting.key } }, done)}>
              {t('setting.reset', { value: String(setting.default) })}
            </Button>
          )}
        </Stack>
      )}
    </Box>
  )
}
