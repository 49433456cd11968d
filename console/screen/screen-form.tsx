import type { AnyEndpoint } from '@cityos/contract'
import { Typography } from '@mui/material'
import type { ReactElement } from 'react'
import {
  BooleanInput,
  Create,
  Edit,
  NumberInput,
  required,
  SaveButton,
  SelectArrayInput,
  SelectInput,
  SimpleForm,
  TextInput,
  Toolbar,
  useRecordContext,
  useTranslate,
} from 'react-admin'
import { type FieldShape, fieldOf, fieldsOf } from '../api/shape.ts'
import { MoneyInput } from '../fields/money-input.tsx'
import { TranslatedInput } from '../fields/translated-input.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import type { FormField, Screen } from './screen.ts'

const pick = (endpoint: AnyEndpoint) => {
  const names = new Set(fieldsOf(endpoint.body).map((field) => field.name))
  return (data: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(data).filter(([name, value]) => names.has(name) && value !== undefined))
}

/** A form of exactly the fields the create endpoint takes. */
export function ScreenCreate({ screen }: { screen: Screen }) {
  const failed = useFailureNotice()
  const endpoint = screen.endpoints.create
  if (!endpoint) throw new Error(`${screen.name} cannot be created`)
  return (
    <Create
      title={`resources.${screen.name}.create`}
      redirect={screen.endpoints.read ? 'show' : 'list'}
      transform={pick(endpoint)}
      mutationOptions={{ onError: failed }}
    >
      <SimpleForm sx={{ maxWidth: 720 }} toolbar={<FormToolbar />}>
        <FormFields screen={screen} endpoint={endpoint} />
      </SimpleForm>
    </Create>
  )
}

/** The same for changes; sent only when the server answers, because others see the result (ux guide §11). */
export function ScreenEdit({ screen }: { screen: Screen }) {
  const failed = useFailureNotice()
  const endpoint = screen.endpoints.update
  if (!endpoint) throw new Error(`${screen.name} cannot be changed`)
  return (
    <Edit
      title={<RecordTitle screen={screen} />}
      mutationMode="pessimistic"
      redirect={screen.endpoints.read ? 'show' : 'list'}
      transform={pick(endpoint)}
      mutationOptions={{ onError: failed }}
    >
      <SimpleForm sx={{ maxWidth: 720 }} toolbar={<FormToolbar />}>
        <FormFields screen={screen} endpoint={endpoint} />
      </SimpleForm>
    </Edit>
  )
}

export function FormToolbar() {
  return (
    <Toolbar sx={{ justifyContent: 'flex-end' }}>
      <SaveButton />
    </Toolbar>
  )
}

function RecordTitle({ screen }: { screen: Screen }) {
  const record = useRecordContext()
  return <>{record ? screen.title(record) : ''}</>
}

function FormFields({ screen, endpoint }: { screen: Screen; endpoint: AnyEndpoint }) {
  const record = useRecordContext()
  const t = useTranslate()
  const fields: FormField[] = screen.form ?? fieldsOf(endpoint.body).map((field) => field.name)
  const currency = screen.currency?.(record) ?? 'SAR'
  return (
    <>
      {fields.map((field) => {
        if (typeof field === 'string') return derivedInput(fieldOf(endpoint.body, field), currency)
        if ('heading' in field)
          return (
            <Typography key={field.heading} variant="h2" sx={{ marginBlock: 1 }}>
              {t(field.heading)}
            </Typography>
          )
        return (
          <div key={field.source} style={{ width: '100%' }}>
            {field.input}
          </div>
        )
      })}
    </>
  )
}

/** The input for one field of a request's schema. */
export function derivedInput(field: FieldShape, currency: string): ReactElement {
  const label = `field.${field.name}`
  const validate = field.required ? [required()] : []
  switch (field.kind) {
    case 'i18n':
      return <TranslatedInput key={field.name} source={field.name} label={label} required={field.required ? ['en', 'ar'] : []} />
    case 'money':
      return <MoneyInput key={field.name} source={field.name} label={label} currency={currency} validate={validate} />
    case 'flag':
      return <BooleanInput key={field.name} source={field.name} label={label} />
    case 'number':
      return <NumberInput key={field.name} source={field.name} label={label} validate={validate} />
    case 'status':
    case 'choice':
      return (
        <SelectInput
          key={field.name}
          source={field.name}
          label={label}
          validate={validate}
          choices={(field.choices ?? []).map((value) => ({ id: value, name: `choice.${field.name}.${value}` }))}
        />
      )
    case 'texts':
      return (
        <SelectArrayInput
          key={field.name}
          source={field.name}
          label={label}
          validate={validate}
          choices={(field.choices ?? []).map((value) => ({ id: value, name: value }))}
        />
      )
    default:
      return (
        <TextInput
          key={field.name}
          source={field.name}
          label={label}
          validate={validate}
          fullWidth
          multiline={field.name === 'description' || field.name === 'note'}
        />
      )
  }
}
