import { type I18nText, type Locale, pickText } from '@cityos/contract'
import { Stack } from '@mui/material'
import {
  ArrayInput,
  AutocompleteArrayInput,
  AutocompleteInput,
  BooleanInput,
  DateInput,
  NumberInput,
  type RaRecord,
  ReferenceArrayInput,
  ReferenceInput,
  required,
  SelectArrayInput,
  SelectInput,
  SimpleFormIterator,
  TextInput,
  useTranslate,
} from 'react-admin'
import type { FieldShape } from '../api/shape.ts'
import { BpsInput } from '../fields/bps-input.tsx'
import { useConsoleLocale } from '../fields/format.ts'
import { MoneyInput } from '../fields/money-input.tsx'
import { NumbersInput } from '../fields/numbers-input.tsx'
import { TimeOfDayInput } from '../fields/time-input.tsx'
import { TranslatedInput } from '../fields/translated-input.tsx'
import { WhenInput } from '../fields/when-input.tsx'
import type { Reference } from './screen.ts'

interface DerivedInputProps {
  field: FieldShape
  /** Of money inputs. */
  currency: string
  references?: Record<string, Reference>
  /** Where the field stands in the form, when it is not `field.name`. */
  source?: string
}

/** What a row of another resource is called where one is chosen. */
export function recordText(record: RaRecord, locale: Locale): string {
  const name = (record['display_name'] ?? record['name'] ?? record['title'] ?? record['reference'] ?? record.id) as string | I18nText
  return typeof name === 'string' ? name : pickText(name, locale)
}

/** The input for one field of a request's schema. */
export function DerivedInput({ field, currency, references = {}, source = field.name }: DerivedInputProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const label = `field.${field.name}`
  const validate = field.required ? [required()] : []
  const defaultValue = field.initial
  const reference = references[field.name]
  const choices = (field.choices ?? []).map((value) => ({ id: value, name: `choice.${field.name}.${value}` }))
  const text = (record: RaRecord) => recordText(record, locale)
  if (reference) {
    const from = {
      source,
      reference: reference.resource,
      filter: reference.filter,
      perPage: 100,
      sort: { field: '', order: 'ASC' as const },
    }
    return field.kind === 'texts' ? (
      <ReferenceArrayInput {...from}>
        <AutocompleteArrayInput label={label} optionText={text} validate={validate} fullWidth />
      </ReferenceArrayInput>
    ) : (
      <ReferenceInput {...from}>
        <AutocompleteInput
          label={label}
          optionText={text}
          validate={validate}
          getOptionDisabled={({ id }: RaRecord) => id === reference.present}
          fullWidth
        />
      </ReferenceInput>
    )
  }
  switch (field.kind) {
    case 'i18n':
      return (
        <TranslatedInput source={source} label={label} required={field.required ? ['en', 'ar'] : []} multiline={longText(field.name)} />
      )
    case 'money':
      return <MoneyInput source={source} label={label} currency={currency} validate={validate} />
    case 'flag':
      return <BooleanInput source={source} label={label} defaultValue={defaultValue} />
    case 'number':
      return <NumberInput source={source} label={label} validate={validate} defaultValue={defaultValue} fullWidth />
    case 'bps':
      return <BpsInput source={source} label={label} validate={validate} />
    case 'numbers':
      return <NumbersInput source={source} label={label} />
    case 'date':
      return <DateInput source={source} label={label} validate={validate} parse={(value: string) => value || null} />
    case 'time':
      return <TimeOfDayInput source={source} label={label} validate={validate} />
    case 'when':
      return <WhenInput source={source} label={label} validate={validate} />
    case 'status':
    case 'choice':
      return <SelectInput source={source} label={label} validate={validate} choices={choices} defaultValue={defaultValue} fullWidth />
    case 'texts':
      return <SelectArrayInput source={source} label={label} validate={validate} choices={choices} defaultValue={defaultValue} fullWidth />
    case 'rows':
      return (
        <ArrayInput source={source} label={label} defaultValue={defaultValue}>
          <SimpleFormIterator inline fullWidth disableReordering>
            {(field.row ?? [])
              .filter((part) => part.name !== 'id')
              .map((part) => (
                <DerivedInput key={part.name} source={part.name} field={part} currency={currency} references={references} />
              ))}
          </SimpleFormIterator>
        </ArrayInput>
      )
    case 'object':
      return (
        <Stack direction={{ sm: 'row' }} sx={{ gap: 2, width: '100%' }} role="group" aria-label={t(label)}>
          {(field.row ?? []).map((part) => (
            <DerivedInput
              key={part.name}
              source={`${source}.${part.name}`}
              field={{ ...part, required: field.required && part.required }}
              currency={currency}
              references={references}
            />
          ))}
        </Stack>
      )
    default:
      return (
        <TextInput
          source={source}
          label={label}
          validate={validate}
          defaultValue={defaultValue}
          fullWidth
          multiline={longText(field.name)}
        />
      )
  }
}

const longText = (name: string): boolean => name === 'description' || name === 'note' || name === 'summary'
