import { isLocale } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { minutes } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { type LetterKind, Letters } from '../../platform/mail/letters.ts'
import type { DomainEvent } from '../../platform/outbox/outbox.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { loadTexts } from './texts.ts'

/** Codes that prove an address. */
@Injectable()
export class CodeLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  onModuleInit(): void {
    this.letters.add(loadTexts, [this.#kind('sign_up'), this.#kind('reset'), this.#kind('claim')])
  }

  #kind(purpose: string): LetterKind {
    return {
      name: `code_${purpose}`,
      on: ['customer.verification_code.requested'],
      concerns: ({ payload }) => payload['purpose'] === purpose,
      lifetime: minutes(10),
      needed: true,
      write: async (event) => {
        const { email, code } = this.#open(event)
        // who has no account gets nothing: asked for or not, there is nothing to reset
        if (purpose === 'reset' && !(await this.#isCustomer(email))) return null
        const locale = String(event.payload['locale'])
        return { to: email, locale: isLocale(locale) ? locale : this.tenant.document.default_locale, parameters: { code } }
      },
    }
  }

  #open(event: DomainEvent): { email: string; code: string } {
    return JSON.parse(this.pii.decrypt(String(event.payload['sealed']))) as { email: string; code: string }
  }

  async #isCustomer(email: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('customer')
      .select('id')
      .where('email_index', '=', this.pii.index('email', email))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    return row !== undefined
  }
}
