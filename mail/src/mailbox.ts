import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { automatic, messageIdOf } from './smtp.ts'
import type { MailMessage, MailTransport } from './transport.ts'

/**
 * Keeps messages as files that any mail program opens (`<id>.eml`, mode 0600): what a machine without SMTP does instead
 * of sending. A message that comes twice is one file.
 */
export function mailboxTransport(folder: string): MailTransport & { forget(id: string): Promise<void> } {
  return {
    kind: 'mailbox',
    async send({ id, ...message }: MailMessage) {
      const file = fileOf(folder, id)
      const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
      const composed = new MailComposer({
        ...message,
        messageId: messageIdOf({ id, from: message.from }),
        headers: automatic,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const bytes = await composed.compile().build()
      const draft = join(folder, `.${id}.${process.pid}`)
      const write = () => writeFile(draft, bytes, { mode: 0o600 })
      await write().catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await write()
      })
      await rename(draft, file)
    },
    async forget(id) {
      await rm(fileOf(folder, id), { force: true })
    },
    async close() {},
  }
}

function fileOf(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error(`not an id: ${id}`)
  return join(folder, `${id}.eml`)
}
