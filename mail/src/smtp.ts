import type { Transporter } from 'nodemailer'
import { type MailMessage, MailRefused, type MailTransport } from './transport.ts'

/** Milliseconds a server may take to answer. */
const patience = 10_000

/**
 * Hands messages to an SMTP server.
 * @param url `smtp://user:password@host:587` or `smtps://…`; options of the library may follow as a query
 */
export function smtpTransport(url: string): MailTransport {
  let connected: Promise<Transporter> | undefined
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  return {
    kind: 'smtp',
    async send({ id, ...message }: MailMessage) {
      connected ??= open()
      const transporter = await connected
      try {
        await transporter.sendMail({ ...message, messageId: messageIdOf({ id, from: message.from }), headers: automatic })
      } catch (error) {
        const refused = (error as { responseCode?: number }).responseCode
        // 5xx is for good (RFC 5321, 4.2.1), except for wrong credentials (535), which an operator puts right
        if (refused && refused >= 500 && refused !== 535) throw new MailRefused(`the server refused it (${refused})`, error)
        throw error
      }
    },
    async close() {
      if (connected) (await connected).close()
    },
  }
}

/**
 * Takes the sender out of the address of a server: `smtp://…?from=Name%20<address>`.
 * @returns the address without it, and the sender, or null where it names none
 */
export function smtpSettings(address: string): { url: string; from: string | null } {
  const url = new URL(address)
  const from = url.searchParams.get('from')
  url.searchParams.delete('from')
  return { url: url.href, from }
}

/**
 * `"Name" <address>`, whatever the name holds.
 * @param sender an address, or `Name <address>` whose own name gives way
 */
export function senderNamed(name: string, sender: string): string {
  const address = /<([^>]+)>/.exec(sender)?.[1] ?? sender
  const plain = name.replace(/[\p{Cc}"\\<>]+/gu, ' ').trim()
  return plain === '' ? address : `"${plain}" <${address}>`
}

/** No answer by machines to machines (RFC 3834). */
export const automatic = { 'auto-submitted': 'auto-generated' }

/** `<id@domain of the sender>` */
export function messageIdOf({ id, from }: Pick<MailMessage, 'id' | 'from'>): string {
  return `<${id}@${/@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'}>`
}
