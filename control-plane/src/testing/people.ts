import { newId, type StaffRole } from '@cityos/contract'
import { Secret, TOTP } from 'otpauth'
import { Mailer } from '../mail/mailer.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { TestPlatform } from './platform.ts'

export interface Person {
  id: string
  email: string
  password: string
}

/** Makes a member of staff with one role. */
export async function person(platform: TestPlatform, role: StaffRole = 'super-admin', tenant_id: string | null = null): Promise<Person> {
  const staff = platform.app.get(StaffService)
  const email = `${newId('who')}@staff.test`
  const password = 'Some-pass-1'
  const id = await platform.app.get(Registry).transaction(async (tx) => {
    const user = await staff.create(tx, { email, name: 'Noura', password })
    await staff.grant(tx, user.id, { role, tenant_id, nodes: [] })
    return user.id
  })
  return { id, email, password }
}

/** Mails to an address, oldest first, as their readers see them. */
export async function mailsTo(
  platform: TestPlatform,
  email: string,
): Promise<{ template: string; subject: string; text: string; link: URL | null }[]> {
  const rows = await platform.app.get(Registry).db.mail.findMany({
    where: { recipient_index: platform.app.get(Sealing).emailIndex(email) },
    orderBy: { created_at: 'asc' },
  })
  return rows.map((row) => {
    const content = platform.app.get(Mailer).contentOf(row)
    const link = /https?:\/\/\S+/.exec(content?.text ?? '')?.[0]
    return { template: row.template, subject: content?.subject ?? '', text: content?.text ?? '', link: link ? new URL(link) : null }
  })
}

/** The last mail of a kind. @throws when there is none */
export async function lastMail(platform: TestPlatform, email: string, template: string) {
  const found = (await mailsTo(platform, email)).findLast((mail) => mail.template === template)
  if (!found) throw new Error(`no mail ${template} to ${email}`)
  return found
}

/** What an authenticator app shows at a moment. */
export function codeAt(secret: string, at: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })
}
