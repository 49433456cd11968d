import { adminGetSettings, adminUpdateSettings, getTenant, type Settings } from '@cityos/data-plane/contract'
import { Alert, Box, Button, Checkbox, FormControl, FormControlLabel, FormLabel, InputAdornment, Stack, TextField } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { Title, useCanAccess, useNotify, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { BrandSettings } from './brand-settings.tsx'
import { changedSettings, type SettingKey, settingGroups, settingText, settingValue } from './setting-fields.ts'

/** The shop's settings: brand colour with a preview, rates, fees and legal windows. */
export function SettingsPage() {
  const settings = useRead(adminGetSettings)
  const tenant = useRead(getTenant)
  const error = settings.error ?? tenant.error
  return (
    <Box sx={{ maxWidth: 860, paddingBlockStart: 2 }}>
      <Title title="menu.settings" />
      {error ? (
        <FailureState error={error} retry={() => Promise.all([settings.refetch(), tenant.refetch()])} />
      ) : settings.data && tenant.data ? (
        <SettingsForm
          key={JSON.stringify(settings.data)}
          settings={settings.data}
          currency={tenant.data.default_currency}
          theme={tenant.data.theme.brand}
        />
      ) : (
        <ListSkeleton />
      )}
    </Box>
  )
}

const tiers = ['basic', 'pro', 'enterprise'] as const

function SettingsForm({ settings, currency, theme }: { settings: Settings; currency: string; theme: string }) {
  const t = useTranslate()
  const notify = useNotify()
  const failed = useFailureNotice()
  const { canAccess } = useCanAccess({ resource: 'settings', action: 'edit' })
  const send = useSend(adminUpdateSettings)
  const [brand, setBrand] = useState({ color: settings['brand.color'], radius: settings['brand.radius'] })
  const [publishers, setPublishers] = useState(settings['catalogue.vendor_publish_tiers'])
  const [texts, setTexts] = useState<Partial<Record<SettingKey, string>>>(() =>
    Object.fromEntries(
      settingGroups.flatMap((group) => group.fields.map((field) => [field.key, settingText(settings[field.key], field.unit, currency)])),
    ),
  )
  const fields = settingGroups.flatMap((group) => group.fields)
  const values = Object.fromEntries(
    fields.map((field) => [field.key, settingValue(texts[field.key] ?? '', field.unit, currency, field.optional)]),
  )
  const unread = fields.filter((field) => values[field.key] === undefined)
  const changes = changedSettings(settings, {
    ...values,
    'brand.color': brand.color,
    'brand.radius': brand.radius,
    'catalogue.vendor_publish_tiers': publishers,
  } as Partial<Settings>)
  const count = Object.keys(changes).length
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (unread.length > 0 || count === 0) return
    send.mutate({ body: changes }, { onSuccess: () => notify(t('setting.saved'), { type: 'success' }), onError: failed })
  }
  const unit = (name: string) => (name === 'money' ? currency : name === 'percent' ? '%' : t(`setting.unit_${name}`))
  return (
    <Stack component="form" spacing={2} noValidate onSubmit={submit}>
      <BrandSettings brand={brand} inherited={theme} onChange={setBrand} />
      {settingGroups.map((group) => (
        <Panel key={group.group} title={t(`setting.${group.group}`)}>
          <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr 1fr' } }}>
            {group.fields.map((field) => (
              <TextField
                key={field.key}
                name={field.key}
                label={t(`setting_key.${field.key.replace('.', '_')}`)}
                value={texts[field.key] ?? ''}
                onChange={(event) => setTexts({ ...texts, [field.key]: event.target.value })}
                error={values[field.key] === undefined}
                helperText={values[field.key] === undefined ? t('setting.not_a_number') : undefined}
                slotProps={{
                  htmlInput: { inputMode: 'decimal', dir: 'ltr', autoComplete: 'off' },
                  input: { endAdornment: <InputAdornment position="end">{unit(field.unit)}</InputAdornment> },
                }}
              />
            ))}
          </Box>
          {group.group === 'vendors' && (
            <FormControl component="fieldset" sx={{ marginBlockStart: 2 }}>
              <FormLabel component="legend">{t('setting.publishers')}</FormLabel>
              <Stack direction="row" sx={{ flexWrap: 'wrap' }}>
                {tiers.map((tier) => (
                  <FormControlLabel
                    key={tier}
                    control={
                      <Checkbox
                        checked={publishers.includes(tier)}
                        onChange={(_, on) => setPublishers(tiers.filter((name) => (name === tier ? on : publishers.includes(name))))}
                      />
                    }
                    label={t(`choice.tier.${tier}`)}
                  />
                ))}
              </Stack>
            </FormControl>
          )}
        </Panel>
      ))}
      {canAccess === false && <Alert severity="info">{t('shell.no_permission_text')}</Alert>}
      <Stack
        direction="row"
        spacing={2}
        sx={{
          position: 'sticky',
          insetBlockEnd: 0,
          paddingBlock: 1.5,
          backgroundColor: 'background.default',
          alignItems: 'center',
          zIndex: 1,
        }}
      >
        <Button
          type="submit"
          variant="contained"
          disabled={count === 0 || unread.length > 0 || canAccess === false}
          loading={send.isPending}
        >
          {t('ra.action.save')}
        </Button>
        {count > 0 && <span role="status">{t('form.unsaved')}</span>}
      </Stack>
    </Stack>
  )
}
