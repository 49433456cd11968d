import type { ErrorCode } from '@cityos/contract'
import { useTranslate } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'

type Translate = ReturnType<typeof useTranslate>

/** What to say about a failure: our words for its code, filled with the details the server named. */
export function failureWords(t: Translate, error: unknown): string {
  if (!(error instanceof ConsoleError)) return t('error.unexpected')
  const details = Object.fromEntries(
    Object.entries(error.details).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  )
  const said =
    typeof error.details['said'] === 'string' && error.details['said'] !== error.code ? error.details['said'] : t('error.unexpected')
  return t(`error.${error.code satisfies ErrorCode | 'network'}`, { ...details, _: said })
}

export function useFailureWords(): (error: unknown) => string {
  const t = useTranslate()
  return (error) => failureWords(t, error)
}
