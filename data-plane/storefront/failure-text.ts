import type { ApiError } from '@cityos/contract'
import { isMessageKey } from './i18n/messages.ts'
import type { Visit } from './visit.ts'

/**
 * What a refusal means to a shopper, and what to do: our words for the codes a form can meet, else the API's own message,
 * which is localised too.
 */
export function failureText(visit: Visit, error: ApiError): string {
  const key = `refused.${error.code}`
  if (isMessageKey(key)) return visit.t(key, detailValues(error))
  return error.errors[0]?.message ?? visit.t('failure.unexpected.text')
}

function detailValues(error: ApiError): Record<string, string | number> {
  const values: Record<string, string | number> = { minutes: 1, available: 0 }
  for (const [name, value] of Object.entries(error.errors[0]?.details ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') values[name] = value
  }
  if (typeof values['retry_after'] === 'number') values['minutes'] = Math.max(1, Math.ceil(values['retry_after'] / 60))
  return values
}

/** Names of the fields an `invalid_request` complains about (`body` paths such as `shipping_address.city`). */
export function refusedFields(error: ApiError): Set<string> {
  const fields = error.errors[0]?.details?.['fields']
  const names = new Set<string>()
  if (error.errors[0]?.field) names.add(error.errors[0].field)
  if (Array.isArray(fields)) {
    for (const entry of fields as { field?: unknown }[]) if (typeof entry.field === 'string') names.add(entry.field)
  }
  return names
}
