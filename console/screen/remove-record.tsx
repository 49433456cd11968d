import { type RaRecord, useNavigate } from 'react-admin'
import { rowParameter } from '../api/data-provider.ts'
import { RemoveButton } from './remove-button.tsx'
import type { Screen } from './screen.ts'

/** Removes the record a page is about and goes back to the list; not there where the contract has no such operation. */
export function RemoveRecord({ screen, record }: { screen: Screen; record: RaRecord }) {
  const navigate = useNavigate()
  const endpoint = screen.endpoints.remove
  if (!endpoint) return null
  return (
    <RemoveButton
      endpoint={endpoint}
      params={{ [rowParameter(endpoint)]: String(record.id) }}
      name={screen.title(record)}
      onDone={() => navigate(`/${screen.name}`)}
    />
  )
}
