/** A whole message, ready to leave. */
export interface MailMessage {
  /** Known to the sender for ever: a message that leaves twice can be recognised by it. */
  id: string
  /** `Name <address>` or an address. */
  from: string
  to: string
  /** Where answers go, when not to the sender. */
  replyTo?: string
  subject: string
  text: string
  html: string
}

/** How messages leave the house. */
export interface MailTransport {
  /** `smtp`: gone to a server; `mailbox`: kept in a folder of this machine, where operators read it. */
  readonly kind: 'smtp' | 'mailbox'
  /** @throws MailRefused when trying again is no use; any other error when it may help */
  send(message: MailMessage): Promise<void>
  close(): Promise<void>
}

/** The server will never take this message (an unknown recipient, a malformed address). */
export class MailRefused extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'MailRefused'
  }
}
