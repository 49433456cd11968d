import { pickText } from '@cityos/contract'
import { type ManagedProduct, ProductKind } from '@cityos/data-plane/contract'
import { Box } from '@mui/material'
import { BooleanInput, NumberInput, SaveButton, SelectInput, SimpleForm, TextInput, Toolbar, useNotify, useTranslate } from 'react-admin'
import { useWatch } from 'react-hook-form'
import { useRead, useSend } from '../api/query.ts'
import { useConsoleLocale } from '../fields/format.ts'
import { TranslatedInput } from '../fields/translated-input.tsx'
import { Panel } from '../screen/facts.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import type { ProductApi } from './product-api.ts'

const exemptions = ['perishable', 'custom_made', 'opened_digital', 'dated_service', 'hygiene'] as const
const handlePattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Texts in three languages and the facts of a product; sent with the version that was read. */
export function ProductFacts({ api, product }: { api: ProductApi; product: ManagedProduct }) {
  const t = useTranslate()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(api.update)
  const save = (values: Record<string, unknown>) => {
    const form = values as unknown as ManagedProduct & { category_id: string | null }
    const body = {
      handle: form.handle,
      title: form.title,
      description: form.description,
      kind: form.kind,
      category_id: form.category_id || null,
      brand: form.brand || null,
      tax_class: form.tax_class,
      weight_g: form.weight_g ?? null,
      origin_country: form.origin_country?.toUpperCase() || null,
      withdrawal_exempt_reason: (form.withdrawal_exempt_reason || null) as (typeof exemptions)[number] | null,
      attributes: filled(form.attributes),
      seo: form.seo,
      version: product.version,
    }
    send.mutate(
      { params: { id: product.id }, body },
      { onSuccess: () => notify('ra.notification.updated', { type: 'success', messageArgs: { smart_count: 1 } }), onError: failed },
    )
  }
  const handle = (value: string) => (handlePattern.test(value ?? '') ? undefined : t('product.handle_format'))
  return (
    <Panel dense>
      <SimpleForm
        key={product.version}
        record={{ ...product, category_id: product.category?.id ?? null }}
        onSubmit={save}
        warnWhenUnsavedChanges
        toolbar={
          <Toolbar sx={{ justifyContent: 'flex-end' }}>
            <SaveButton disabled={send.isPending} />
          </Toolbar>
        }
      >
        <Box sx={{ display: 'grid', gap: 2, width: '100%', gridTemplateColumns: { lg: '3fr 2fr' } }}>
          <Box>
            <TranslatedInput source="title" label="field.title" required={['en', 'ar']} />
            <TranslatedInput source="description" label="field.description" multiline />
          </Box>
          <Box>
            <CategorySelect api={api} />
            <SelectInput
              source="kind"
              label="field.kind"
              choices={ProductKind.options.map((kind) => ({ id: kind, name: `choice.product_kind.${kind}` }))}
              fullWidth
            />
            <TextInput source="handle" label="field.handle" validate={handle} fullWidth slotProps={{ htmlInput: { dir: 'ltr' } }} />
            <TextInput source="brand" label="field.brand" fullWidth />
            <NumberInput source="weight_g" label="field.weight_g" min={0} fullWidth />
            <TextInput
              source="origin_country"
              label="field.origin_country"
              fullWidth
              slotProps={{ htmlInput: { dir: 'ltr', maxLength: 2 } }}
            />
            <SelectInput
              source="withdrawal_exempt_reason"
              label="field.withdrawal_exempt_reason"
              choices={exemptions.map((name) => ({ id: name, name: `choice.exemption.${name}` }))}
              fullWidth
            />
            <Attributes api={api} />
          </Box>
        </Box>
      </SimpleForm>
    </Panel>
  )
}

/** An attribute left empty is not sent: it would be a value. */
function filled(attributes: ManagedProduct['attributes']): ManagedProduct['attributes'] {
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''))
}

export function CategorySelect({ api }: { api: ProductApi }) {
  const locale = useConsoleLocale()
  const categories = useRead(api.categories, { query: { limit: 100 } })
  const choices = (categories.data?.items ?? []).map((category) => ({
    id: category.id,
    name: `${'  '.repeat(category.depth)}${pickText(category.name, locale)}`,
  }))
  return (
    <SelectInput
      source="category_id"
      label="field.category"
      choices={choices}
      translateChoice={false}
      fullWidth
      isLoading={categories.isPending}
    />
  )
}

/** What the chosen category asks for (its attribute schema), each as the input of its type. */
function Attributes({ api }: { api: ProductApi }) {
  const locale = useConsoleLocale()
  const chosen = useWatch({ name: 'category_id' }) as string | null
  const categories = useRead(api.categories, { query: { limit: 100 } })
  const schema = categories.data?.items.find((category) => category.id === chosen)?.attribute_schema ?? []
  return (
    <>
      {schema.map((attribute) => {
        const source = `attributes.${attribute.code}`
        const label = `${pickText(attribute.name, locale)}${attribute.unit ? ` (${attribute.unit})` : ''}`
        if (attribute.type === 'boolean') return <BooleanInput key={source} source={source} label={label} />
        if (attribute.type === 'number') return <NumberInput key={source} source={source} label={label} fullWidth />
        if (attribute.type === 'choice')
          return (
            <SelectInput
              key={source}
              source={source}
              label={label}
              choices={Object.entries(attribute.choices).map(([code, name]) => ({ id: code, name: pickText(name, locale) }))}
              translateChoice={false}
              fullWidth
            />
          )
        return <TextInput key={source} source={source} label={label} fullWidth />
      })}
    </>
  )
}
