import { locales, pickText } from '@cityos/contract'
import { changeTenant, listPlans, listVerticals, readTenant, type Tenant } from '@cityos/control-plane/contract'
import { Box } from '@mui/material'
import {
  AutocompleteArrayInput,
  SaveButton,
  SelectArrayInput,
  SelectInput,
  SimpleForm,
  Title,
  Toolbar,
  useGetRecordId,
  useNavigate,
  useTranslate,
} from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { TranslatedInput } from '../../fields/translated-input.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

const languages = locales.map((locale) => ({ id: locale, name: `language.${locale}` }))
const currencies = ['SAR', 'AED', 'KWD', 'BHD', 'OMR', 'QAR', 'EGP', 'USD', 'EUR'].map((code) => ({ id: code, name: code }))

/** Changes names, plan, verticals, languages and currencies; the change is an operation that can be watched. */
export function TenantEdit() {
  const id = String(useGetRecordId())
  const { data: tenant, error, refetch } = useRead(readTenant, { params: { id } })
  if (error) return <FailureState error={error} retry={refetch} />
  return tenant ? <EditForm tenant={tenant} /> : <ListSkeleton />
}

function EditForm({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const navigate = useNavigate()
  const failed = useFailureNotice()
  const plans = useRead(listPlans, { query: { limit: 100 } })
  const verticals = useRead(listVerticals, { query: { limit: 100 } })
  const send = useSend(changeTenant)
  const save = (values: Record<string, unknown>) => {
    const {
      name,
      plan,
      verticals: chosen,
      locales: spoken,
      default_locale,
      currencies: coins,
      default_currency,
    } = values as unknown as Tenant
    send.mutate(
      {
        params: { id: tenant.id },
        body: {
          name,
          plan,
          verticals: chosen,
          locales: spoken,
          default_locale,
          currencies: coins,
          default_currency,
          version: tenant.version,
        },
      },
      { onSuccess: ({ operation }) => navigate(`/operations/${operation.id}/show`), onError: failed },
    )
  }
  return (
    <Box>
      <Title title={t('tenant.edit', { name: pickText(tenant.name, locale) })} />
      <SimpleForm
        record={tenant}
        onSubmit={save}
        sx={{ maxWidth: 720 }}
        toolbar={
          <Toolbar sx={{ justifyContent: 'flex-end' }}>
            <SaveButton disabled={send.isPending} />
          </Toolbar>
        }
      >
        <TranslatedInput source="name" label="field.name" required={['en']} />
        <SelectInput
          source="plan"
          label="field.plan"
          choices={(plans.data?.items ?? []).map((plan) => ({ id: plan.code, name: pickText(plan.name, locale) }))}
          translateChoice={false}
          fullWidth
        />
        <AutocompleteArrayInput
          source="verticals"
          label="field.verticals"
          choices={(verticals.data?.items ?? []).map((vertical) => ({ id: vertical.code, name: pickText(vertical.name, locale) }))}
          translateChoice={false}
          fullWidth
        />
        <SelectArrayInput source="locales" label="field.locales" choices={languages} fullWidth />
        <SelectInput source="default_locale" label="field.default_locale" choices={languages} fullWidth />
        <SelectArrayInput source="currencies" label="field.currencies" choices={currencies} translateChoice={false} fullWidth />
        <SelectInput source="default_currency" label="field.default_currency" choices={currencies} translateChoice={false} fullWidth />
      </SimpleForm>
    </Box>
  )
}
