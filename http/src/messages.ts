import type { DomainError, Locale } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import ar from '../i18n/ar.json' with { type: 'json' }
import en from '../i18n/en.json' with { type: 'json' }
import fr from '../i18n/fr.json' with { type: 'json' }
import { ErrorMessages } from './ports.ts'

const register: Record<Locale, Record<string, string>> = { en, fr, ar }

/** The words of the error register in the three languages; one sentence per code, no values in it. */
@Injectable()
export class RegisterMessages extends ErrorMessages {
  message(error: DomainError, locale: Locale): string {
    if (error.message !== error.code && locale === 'en') return error.message
    return register[locale][error.code] ?? register.en[error.code] ?? error.code
  }
}
