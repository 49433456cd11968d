import type { AnyEndpoint } from '@cityos/contract'
import type { ReactElement } from 'react'
import { BooleanInput, SearchInput, SelectInput, TextInput } from 'react-admin'
import { fieldOf } from '../api/shape.ts'

/** Filter inputs derived from the query schema: an enumeration is a select with its values, a flag a switch, else text. */
export function filterInputs(
  endpoint: AnyEndpoint,
  names: readonly string[],
  search: string | undefined,
  t: (key: string) => string,
): ReactElement[] {
  const inputs = names.map((name) => {
    const field = fieldOf(endpoint.query, name)
    const label = `field.${name}`
    if (field.choices) {
      const choices = field.choices.map((value) => ({
        id: value,
        name: field.kind === 'status' || name === 'runtime' || name === 'severity' ? `status.${value}` : `choice.${name}.${value}`,
      }))
      return <SelectInput key={name} source={name} label={label} choices={choices} alwaysOn translateChoice />
    }
    if (field.kind === 'flag') return <BooleanInput key={name} source={name} label={label} alwaysOn />
    return <TextInput key={name} source={name} label={label} />
  })
  return search ? [<SearchInput key="q" source="q" placeholder={t(search)} alwaysOn resettable />, ...inputs] : inputs
}
