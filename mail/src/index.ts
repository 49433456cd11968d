export { type Composed, compose, escapeHtml, type MailFact, type MailFrame, type MailParameters, type MailTexts } from './compose.ts'
export { mailboxTransport } from './mailbox.ts'
export { senderNamed, smtpSettings, smtpTransport } from './smtp.ts'
export { type MailMessage, MailRefused, type MailTransport } from './transport.ts'
