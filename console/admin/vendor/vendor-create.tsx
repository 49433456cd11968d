import { adminCreateVendor, VendorKind, VendorTier } from '@cityos/data-plane/contract'
import { Box, Typography } from '@mui/material'
import {
  email,
  minLength,
  PasswordInput,
  regex,
  required,
  SaveButton,
  SelectInput,
  SimpleForm,
  TextInput,
  Title,
  Toolbar,
  useNavigate,
  useTranslate,
} from 'react-admin'
import { useSend } from '../../api/query.ts'
import { TranslatedInput } from '../../fields/translated-input.tsx'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

const latin = { htmlInput: { dir: 'ltr' } }

/** Records a vendor with the person who will sign in for it; selling starts after review and activation. */
export function VendorCreate() {
  const t = useTranslate()
  const navigate = useNavigate()
  const failed = useFailureNotice()
  const send = useSend(adminCreateVendor)
  const save = (values: Record<string, unknown>) => {
    const form = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== null)) as never
    send.mutate({ body: form }, { onSuccess: (vendor) => navigate(`/vendors/${vendor.id}/show`), onError: failed })
  }
  return (
    <Box sx={{ maxWidth: 720, paddingBlockStart: 2 }}>
      <Title title="resources.vendors.create" />
      <Panel dense>
        <SimpleForm
          onSubmit={save}
          toolbar={
            <Toolbar sx={{ justifyContent: 'flex-end' }}>
              <SaveButton alwaysEnable={!send.isPending} />
            </Toolbar>
          }
        >
          <TranslatedInput source="name" label="field.name" required={['en', 'ar']} />
          <TranslatedInput source="tagline" label="field.tagline" />
          <TextInput source="legal_name" label="field.legal_name" validate={[required(), minLength(2)]} fullWidth />
          <TextInput
            source="handle"
            label="field.handle"
            validate={[required(), regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, t('product.handle_format'))]}
            fullWidth
            slotProps={latin}
          />
          <SelectInput
            source="kind"
            label="field.kind"
            defaultValue="company"
            choices={VendorKind.options.map((kind) => ({ id: kind, name: `choice.kind.${kind}` }))}
            fullWidth
          />
          <SelectInput
            source="tier"
            label="field.tier"
            defaultValue="basic"
            choices={VendorTier.options.map((tier) => ({ id: tier, name: `choice.tier.${tier}` }))}
            fullWidth
          />
          <TextInput source="cr_no" label="field.cr_no" validate={regex(/^\d{10}$/, t('vendor.cr_format'))} fullWidth slotProps={latin} />
          <TextInput
            source="vat_no"
            label="field.vat_no"
            validate={regex(/^3\d{13}3$/, t('vendor.vat_format'))}
            fullWidth
            slotProps={latin}
          />
          <TextInput source="email" type="email" label="field.email" validate={email()} fullWidth slotProps={latin} />
          <TextInput
            source="phone"
            type="tel"
            label="field.phone"
            validate={regex(/^\+\d{8,15}$/, t('vendor.phone_format'))}
            fullWidth
            slotProps={latin}
          />
          <TextInput source="city" label="field.city" fullWidth />
          <Typography variant="h2" sx={{ marginBlock: 1 }}>
            {t('vendor.first_owner')}
          </Typography>
          <TextInput source="owner.name" label="field.name" validate={required()} fullWidth autoComplete="off" />
          <TextInput
            source="owner.email"
            type="email"
            label="field.email"
            validate={[required(), email()]}
            fullWidth
            autoComplete="off"
            slotProps={latin}
          />
          <PasswordInput
            source="owner.password"
            label="field.password"
            validate={[required(), minLength(10)]}
            fullWidth
            autoComplete="new-password"
            helperText="vendor.password_help"
          />
        </SimpleForm>
      </Panel>
    </Box>
  )
}
