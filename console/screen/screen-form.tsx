import type { AnyEndpoint } from '@cityos/contract'
import { Typography } from '@mui/material'
import { useQueryClient } from '@tanstack/react-query'
import { Create, Edit, SaveButton, SimpleForm, Toolbar, useRecordContext, useTranslate } from 'react-admin'
import { fieldOf, fieldsOf } from '../api/shape.ts'
import { PlaceZone } from '../fields/when-input.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import { DerivedInput } from './derived-input.tsx'
import type { FormField, Screen } from './screen.ts'
import { wholeRecord } from './whole-record.ts'

/** Only what the endpoint takes; empty inputs are null in react-admin, and are sent as such only where null means something. */
export const pick = (endpoint: AnyEndpoint) => {
  const fields = new Map(fieldsOf(endpoint.body).map((field) => [field.name, field]))
  return (data: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(data)
        .map(([name, value]): [string, unknown] => [name, fields.get(name)?.kind === 'object' && isBlank(value) ? null : value])
        .filter(([name, value]) => {
          const field = fields.get(name)
          return field !== undefined && value !== undefined && (value !== null || field.nullable)
        }),
    )
}

/** A group of inputs nobody filled in. */
const isBlank = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((part) => part === null || part === undefined || part === '')

/** One change moves many numbers: everything shown is read again. */
function useReadAgain(): () => void {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries()
}

/** A form of exactly the fields the create endpoint takes. */
export function ScreenCreate({ screen }: { screen: Screen }) {
  const failed = useFailureNotice()
  const readAgain = useReadAgain()
  const endpoint = screen.endpoints.create
  if (!endpoint) throw new Error(`${screen.name} cannot be created`)
  return (
    <Create
      title={`resources.${screen.name}.create`}
      redirect={screen.endpoints.read ? 'show' : 'list'}
      transform={pick(endpoint)}
      mutationOptions={{ onError: failed, onSettled: readAgain }}
    >
      <SimpleForm sx={{ maxWidth: 720 }} toolbar={<FormToolbar />}>
        <FormFields screen={screen} endpoint={endpoint} fields={screen.createForm ?? screen.form} />
      </SimpleForm>
    </Create>
  )
}

/** The same for changes; sent only when the server answers, because others see the result (ux guide §11). */
export function ScreenEdit({ screen }: { screen: Screen }) {
  const failed = useFailureNotice()
  const readAgain = useReadAgain()
  const endpoint = screen.endpoints.update
  if (!endpoint) throw new Error(`${screen.name} cannot be changed`)
  return (
    <Edit
      title={<RecordTitle screen={screen} />}
      mutationMode="pessimistic"
      queryOptions={wholeRecord}
      redirect={screen.endpoints.read ? 'show' : 'list'}
      transform={pick(endpoint)}
      mutationOptions={{ onError: failed, onSettled: readAgain }}
    >
      <SimpleForm sx={{ maxWidth: 720 }} toolbar={<FormToolbar />}>
        <FormFields screen={screen} endpoint={endpoint} fields={screen.form} />
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

function FormFields({ screen, endpoint, fields: chosen }: { screen: Screen; endpoint: AnyEndpoint; fields: FormField[] | undefined }) {
  const record = useRecordContext()
  const t = useTranslate()
  const fields: FormField[] = chosen ?? fieldsOf(endpoint.body).map((field) => field.name)
  const currency = screen.currency?.(record) ?? 'SAR'
  const zone = record?.['timezone']
  return (
    <PlaceZone value={typeof zone === 'string' ? zone : null}>
      {fields.map((field) => {
        if (typeof field === 'string')
          return <DerivedInput key={field} field={fieldOf(endpoint.body, field)} currency={currency} references={screen.references} />
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
    </PlaceZone>
  )
}
