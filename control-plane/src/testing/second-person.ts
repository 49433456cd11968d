import { randomBytes } from 'node:crypto'
import type { TestPlatform, Tokens } from './platform.ts'

const password = 'Wadi-Hanifa-2026!'

/** Another member of staff, invited and signed in as people are. @param tenantId null: city-wide */
export async function secondPerson(
  platform: TestPlatform,
  token: string,
  role = 'super-admin',
  tenantId: string | null = null,
): Promise<Tokens & { email: string }> {
  const email = `${role}-${randomBytes(4).toString('hex')}@staff.test`
  const invited = await platform.request('POST', '/api/v1/staff/invitations', { token, body: { email, role, tenant_id: tenantId } })
  if (invited.status !== 201) throw new Error(`invite: ${invited.text}`)
  const secret = new URL(invited.body.data.url).searchParams.get('token') ?? ''
  const accepted = await platform.request('POST', '/oauth/invitation', { body: { token: secret, name: `Second ${role}`, password } })
  if (accepted.status !== 200) throw new Error(`accept: ${accepted.text}`)
  return { ...(await platform.signIn(email, password)), email }
}

/** Closes a tenant with two people, and waits until it is closed. @returns the approval */
export async function closeTenant(
  platform: TestPlatform,
  people: { asks: string; agrees: string },
  slug: string,
  body: { retention_days?: number; reason?: string } = {},
): Promise<{ id: string; operation_id: string }> {
  const asked = await platform.request('POST', `/api/v1/tenants/${slug}/close`, { token: people.asks, body })
  if (asked.status !== 202) throw new Error(`close: ${asked.text}`)
  const agreed = await platform.request('POST', `/api/v1/approvals/${asked.body.data.approval.id}/approve`, {
    token: people.agrees,
    body: {},
  })
  if (agreed.status !== 202) throw new Error(`approve: ${agreed.text}`)
  const ended = await platform.ended(people.asks, agreed.body.data.operation.id)
  if (ended.status !== 'succeeded') throw new Error(`tenant-close ${ended.status}`)
  return agreed.body.data.approval
}
