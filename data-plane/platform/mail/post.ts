import { join } from 'node:path'
import type { Composed, MailTransport } from '@cityos/mail'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING, type Binding } from '../binding/binding.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { type Letter, Letters, type MailSender } from './letters.ts'

/** The door that messages leave by, opened when the first one comes. */
interface Door {
  transport: MailTransport
  /** The platform's own sender, where its address names one. */
  from: string | null
  forget(id: string): Promise<void>
}

/** Gives messages their words and hands them to the SMTP server, or keeps them in the tenant's folder where there is none. */
@Injectable()
export class Post {
  #door: Promise<Door> | undefined

  constructor(
    private readonly letters: Letters,
    private readonly tenant: TenantContext,
    @Inject(BINDING) private readonly binding: Pick<Binding, 'mail' | 'files_dir'>,
  ) {}

  /** `mailbox`: nothing leaves, the tenant's administrators read the messages in their console. */
  get kind(): MailTransport['kind'] {
    return this.binding.mail?.smtp_url ? 'smtp' : 'mailbox'
  }

  /** @returns null for a kind that this release has no words for */
  async compose(kind: string, letter: Letter): Promise<Composed | null> {
    return this.#words(kind, letter, await this.letters.sender(letter.locale))
  }

  /**
   * @returns false for a kind that this release has no words for
   * @throws MailRefused when trying again is no use; any other error when it may help
   */
  async send(id: string, kind: string, letter: Letter): Promise<boolean> {
    const sender = await this.letters.sender(letter.locale)
    const content = await this.#words(kind, letter, sender)
    if (!content) return false
    const { senderNamed } = await import('@cityos/mail')
    const { transport, from } = await this.#open()
    const { frame, replyTo } = sender
    await transport.send({
      id,
      from: senderNamed(frame.sender, from ?? `no-reply@${this.tenant.document.domains[0] ?? 'localhost'}`),
      to: letter.to,
      ...(replyTo ? { replyTo } : {}),
      ...content,
    })
    return true
  }

  /** Removes what is kept of a message in the folder. */
  async forget(id: string): Promise<void> {
    await (await this.#open()).forget(id)
  }

  async #words(kind: string, { locale, parameters, facts }: Letter, { frame }: MailSender): Promise<Composed | null> {
    const texts = await this.letters.textsOf(kind, locale)
    if (!texts) return null
    const { compose } = await import('@cityos/mail')
    return compose(locale, texts, parameters, frame, facts)
  }

  async close(): Promise<void> {
    const door = this.#door
    this.#door = undefined
    await (await door)?.transport.close()
  }

  #open(): Promise<Door> {
    if (this.#door) return this.#door
    const opening = this.#make()
    this.#door = opening
    opening.catch(() => {
      if (this.#door === opening) this.#door = undefined
    })
    return opening
  }

  async #make(): Promise<Door> {
    const { mailboxTransport, smtpSettings, smtpTransport } = await import('@cityos/mail')
    const address = this.binding.mail?.smtp_url
    if (address) {
      const { url, from } = smtpSettings(address)
      return { transport: smtpTransport(url), from, forget: async () => {} }
    }
    const transport = mailboxTransport(this.binding.mail?.mailbox_dir ?? join(this.binding.files_dir, '.mail'))
    return { transport, from: null, forget: (id) => transport.forget(id) }
  }
}
