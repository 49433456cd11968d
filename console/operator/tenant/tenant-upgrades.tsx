import {
  listReleases,
  pinTenant,
  readUpgradeRules,
  removeMaintenanceWindow,
  setInternal,
  type Tenant,
  type UpgradeRules,
  unpinTenant,
  upgradeTenant,
} from '@cityos/control-plane/contract'
import { Alert, Button, FormControlLabel, Stack, Switch, Typography } from '@mui/material'
import { useState } from 'react'
import { required, SelectInput, TextInput, useCanAccess, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { Ident, When } from '../../fields/values.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { Loaded } from '../../shell/states.tsx'
import { FreezeBanner } from '../rollout/freeze.tsx'
import { useAfterRequest } from './after-request.ts'
import { useIsoDays, WindowDialog } from './window-dialog.tsx'

/** The release it is on, what keeps it there, and when rollouts may touch it. */
export function TenantUpgrades({ tenant }: { tenant: Tenant }) {
  const read = useRead(readUpgradeRules, { params: { id: tenant.id } }, { refetchInterval: 15_000 })
  const { canAccess = false } = useCanAccess({ resource: 'rollouts', action: 'edit' })
  return (
    <Stack spacing={2}>
      <FreezeBanner />
      <Loaded read={read} rows={5}>
        {(rules) => (
          <>
            <ReleaseOf tenant={tenant} rules={rules} mayChange={canAccess} />
            <PinOf tenant={tenant} rules={rules} mayChange={canAccess} />
            <WindowOf tenant={tenant} rules={rules} mayChange={canAccess} />
          </>
        )}
      </Loaded>
    </Stack>
  )
}

interface PartProps {
  tenant: Tenant
  rules: UpgradeRules
  mayChange: boolean
}

function ReleaseOf({ tenant, rules, mayChange }: PartProps) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const watch = useAfterRequest()
  const [open, setOpen] = useState(false)
  const internal = useSend(setInternal)
  const releases = useRead(listReleases, { query: { status: 'available', limit: 100 } })
  const others = (releases.data?.items ?? []).filter((release) => release.version !== tenant.release)
  return (
    <Panel
      title={t('field.release')}
      actions={
        mayChange &&
        others.length > 0 && (
          <Button variant="outlined" onClick={() => setOpen(true)}>
            {t('upgrade.by_hand')}
          </Button>
        )
      }
    >
      <Stack spacing={1}>
        <Ident value={tenant.release} copy />
        <FormControlLabel
          control={
            <Switch
              checked={rules.internal}
              disabled={!mayChange || internal.isPending}
              onChange={(_, on) => internal.mutate({ params: { id: tenant.id }, body: { internal: on } }, { onError: failed })}
            />
          }
          label={t('upgrade.internal')}
        />
        <Typography variant="body2" color="textSecondary">
          {t('upgrade.internal_text')}
        </Typography>
      </Stack>
      {open && (
        <EndpointDialog
          title={t('upgrade.by_hand')}
          endpoint={upgradeTenant}
          params={{ id: tenant.id }}
          record={{ release: others[0]?.version, rehearse: true }}
          consequence={t('upgrade.by_hand_text')}
          fields={[
            {
              source: 'release',
              input: (
                <SelectInput
                  source="release"
                  label="rollout.to"
                  choices={others.map((release) => ({ id: release.version, name: release.version }))}
                  translateChoice={false}
                  fullWidth
                />
              ),
            },
            'rehearse',
            'override',
          ]}
          submitLabel={t('upgrade.by_hand')}
          prepare={({ override, ...body }) => (override ? { ...body, override } : body)}
          onClose={() => setOpen(false)}
          onDone={watch}
        />
      )}
    </Panel>
  )
}

function PinOf({ tenant, rules, mayChange }: PartProps) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [open, setOpen] = useState(false)
  const remove = useSend(unpinTenant)
  const { pin } = rules
  return (
    <Panel
      title={t('upgrade.pin')}
      actions={
        mayChange && (
          <Stack direction="row" sx={{ gap: 1 }}>
            {pin && (
              <Button
                size="small"
                loading={remove.isPending}
                onClick={() => remove.mutate({ params: { id: tenant.id } }, { onError: failed })}
              >
                {t('upgrade.unpin')}
              </Button>
            )}
            <Button size="small" variant="outlined" onClick={() => setOpen(true)}>
              {t(pin ? 'upgrade.change_pin' : 'upgrade.set_pin')}
            </Button>
          </Stack>
        )
      }
    >
      {pin ? (
        <Facts
          facts={[
            { label: 'upgrade.kept_on', value: pin.release ? <Ident value={pin.release} /> : t('upgrade.stays') },
            { label: 'field.until', value: <When at={pin.until} /> },
            { label: 'upgrade.owner', value: <bdi>{pin.owner}</bdi> },
            { label: 'field.reason', value: <bdi>{pin.reason}</bdi> },
            { label: 'field.requested_by', value: <bdi>{pin.created_by}</bdi> },
          ]}
        />
      ) : (
        <Typography color="textSecondary">{t('upgrade.no_pin')}</Typography>
      )}
      {open && (
        <EndpointDialog
          title={t('upgrade.set_pin')}
          endpoint={pinTenant}
          params={{ id: tenant.id }}
          record={pin ? { ...pin } : undefined}
          consequence={t('upgrade.pin_text')}
          fields={[
            'until',
            { source: 'owner', input: <TextInput source="owner" label="upgrade.owner" validate={[required()]} fullWidth /> },
            'reason',
            {
              source: 'release',
              input: <TextInput source="release" label="upgrade.only_release" fullWidth slotProps={{ htmlInput: { dir: 'ltr' } }} />,
            },
          ]}
          submitLabel={t('upgrade.set_pin')}
          prepare={({ release, ...body }) => ({ ...body, release: release || null })}
          onClose={() => setOpen(false)}
        />
      )}
    </Panel>
  )
}

function WindowOf({ tenant, rules, mayChange }: PartProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const failed = useFailureNotice()
  const dayName = useIsoDays()
  const [open, setOpen] = useState(false)
  const remove = useSend(removeMaintenanceWindow)
  const { window } = rules
  return (
    <Panel
      title={t('upgrade.window')}
      actions={
        mayChange && (
          <Stack direction="row" sx={{ gap: 1 }}>
            {window && (
              <Button
                size="small"
                loading={remove.isPending}
                onClick={() => remove.mutate({ params: { id: tenant.id } }, { onError: failed })}
              >
                {t('upgrade.remove_window')}
              </Button>
            )}
            <Button size="small" variant="outlined" onClick={() => setOpen(true)}>
              {t(window ? 'upgrade.change_window' : 'upgrade.set_window')}
            </Button>
          </Stack>
        )
      }
    >
      {window ? (
        <Stack spacing={2}>
          <Alert severity={rules.window_open ? 'success' : 'info'}>
            {rules.window_open ? (
              t('upgrade.window_open')
            ) : (
              <>
                {t('upgrade.window_opens')} <When at={rules.window_opens_at} />
              </>
            )}
          </Alert>
          <Facts
            facts={[
              { label: 'upgrade.days', value: window.days.map((day) => dayName(day)).join(locale === 'ar' ? '، ' : ', ') },
              {
                label: 'upgrade.hours',
                value: (
                  <bdi dir="ltr">
                    {window.from} – {window.to}
                  </bdi>
                ),
              },
              { label: 'field.timezone', value: <Ident value={window.time_zone} /> },
            ]}
          />
        </Stack>
      ) : (
        <Typography color="textSecondary">{t('upgrade.no_window')}</Typography>
      )}
      {open && <WindowDialog tenant={tenant} window={window} onClose={() => setOpen(false)} />}
    </Panel>
  )
}
