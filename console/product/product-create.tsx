import { type Money, pickText } from '@cityos/contract'
import { getTenant } from '@cityos/data-plane/contract'
import { Box } from '@mui/material'
import { NumberInput, required, SaveButton, SelectInput, SimpleForm, TextInput, Title, Toolbar, useNavigate } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { useConsoleLocale } from '../fields/format.ts'
import { MoneyInput } from '../fields/money-input.tsx'
import { TranslatedInput } from '../fields/translated-input.tsx'
import { Panel } from '../screen/facts.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import type { ProductApi } from './product-api.ts'
import { CategorySelect } from './product-facts.tsx'

interface NewProduct {
  title: { en?: string; fr?: string; ar?: string }
  description?: { en?: string; fr?: string; ar?: string }
  vendor_id?: string
  category_id?: string
  sku: string
  price: Money
  on_hand?: number
}

/** The least a product needs: a name, a place and a price. It starts as a draft; the rest follows on its page. */
export function ProductCreate({ api }: { api: ProductApi }) {
  const navigate = useNavigate()
  const failed = useFailureNotice()
  const tenant = useRead(getTenant)
  const send = useSend(api.create)
  const save = (values: Record<string, unknown>) => {
    const form = values as unknown as NewProduct
    send.mutate(
      {
        body: {
          title: form.title,
          description: form.description ?? {},
          category_id: form.category_id ?? null,
          vendor_id: form.vendor_id,
          variants: [{ sku: form.sku, prices: [form.price], on_hand: form.on_hand ?? 0 }],
        },
      },
      { onSuccess: (product) => navigate(`/products/${product.id}/show`), onError: failed },
    )
  }
  return (
    <Box sx={{ maxWidth: 720, paddingBlockStart: 2 }}>
      <Title title="resources.products.create" />
      <Panel dense>
        <SimpleForm
          onSubmit={save}
          toolbar={
            <Toolbar sx={{ justifyContent: 'flex-end' }}>
              <SaveButton alwaysEnable={!send.isPending} label="product.create_draft" />
            </Toolbar>
          }
        >
          <TranslatedInput source="title" label="field.title" required={['en']} />
          {api.vendors && <VendorSelect endpoint={api.vendors} />}
          <CategorySelect api={api} />
          <TextInput source="sku" label="field.sku" validate={required()} fullWidth slotProps={{ htmlInput: { dir: 'ltr' } }} />
          <Box sx={{ width: '100%', marginBlockEnd: 2 }}>
            <MoneyInput source="price" label="field.price" currency={tenant.data?.default_currency ?? 'SAR'} validate={required()} />
          </Box>
          <NumberInput source="on_hand" label="field.on_hand" min={0} defaultValue={0} fullWidth />
          <TranslatedInput source="description" label="field.description" multiline />
        </SimpleForm>
      </Panel>
    </Box>
  )
}

function VendorSelect({ endpoint }: { endpoint: NonNullable<ProductApi['vendors']> }) {
  const locale = useConsoleLocale()
  const vendors = useRead(endpoint, { query: { limit: 100 } })
  return (
    <SelectInput
      source="vendor_id"
      label="field.vendor"
      validate={required()}
      choices={(vendors.data?.items ?? []).map((vendor) => ({ id: vendor.id, name: pickText(vendor.name, locale) }))}
      translateChoice={false}
      fullWidth
      isLoading={vendors.isPending}
    />
  )
}
