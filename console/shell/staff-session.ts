import { type Client, type Grant, readSession, type StaffRole, type StaffSession, signOut } from '@cityos/contract'
import type { AuthProvider } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'

/** Rights as the menu needs them. The server decides; this only keeps away what would be refused anyway. */
const writers: readonly StaffRole[] = ['super-admin', 'tenant-admin', 'city-manager', 'district-manager', 'zone-operator']
const auditors: readonly StaffRole[] = ['super-admin', 'tenant-admin', 'compliance-officer', 'auditor']
const administrators: readonly StaffRole[] = ['super-admin', 'tenant-admin']

/** Whether a role may do `action` on `resource`, as docs/spec/core.md weighs the ten roles and the two duties. */
export function roleMay(role: StaffRole, action: string, resource: string): boolean {
  if (role === 'super-admin') return true
  const reading = action === 'list' || action === 'show' || action === 'read'
  if (resource === 'audit') return auditors.includes(role)
  if (resource === 'staff') return administrators.includes(role)
  if (resource === 'settings') return reading || administrators.includes(role)
  if (role === 'sre') return ['tenants', 'operations', 'releases', 'fleet'].includes(resource) && (reading || action === 'operate')
  if (role === 'finance') return reading || resource === 'plans'
  return reading || writers.includes(role)
}

const mayAny = (grants: readonly Grant[], action: string, resource: string) => grants.some((grant) => roleMay(grant.role, action, resource))

/** Where the sign-in page of the control plane sends the browser back to: the address it is at now. */
export const signInAddress = (returnTo: string): string => `/auth/sign-in?return_to=${encodeURIComponent(returnTo)}`

/** Staff sign in at the control plane (code + PKCE); this host only keeps cookies that scripts cannot read. */
export function staffAuth(client: Client): AuthProvider {
  let session: StaffSession | null = null
  let asked: Promise<StaffSession> | null = null
  const current = (): Promise<StaffSession> => {
    if (session && Date.parse(session.expires_at) > Date.now() + 5000) return Promise.resolve(session)
    asked ??= client(readSession)
      .then((answer) => {
        session = answer
        return answer
      })
      .finally(() => {
        asked = null
      })
    return asked
  }
  return {
    login: async ({ returnTo }: { returnTo?: string }) => {
      window.location.assign(signInAddress(returnTo ? `/#${returnTo}` : '/'))
    },
    logout: async () => {
      if (!session) return '/login'
      session = null
      const { redirect_to: next } = await client(signOut)
      if (next) window.location.assign(next)
      return next ? false : '/login'
    },
    checkAuth: async () => {
      await current()
    },
    checkError: async (error: unknown) => {
      if (!(error instanceof ConsoleError) || error.status !== 401) return
      session = null
      throw error
    },
    getIdentity: async () => {
      const { sub, name, email, support } = await current()
      return { id: sub, fullName: name || email, email, support }
    },
    getPermissions: async () => (await current()).grants,
    canAccess: async ({ action, resource }) => mayAny((await current()).grants, action, resource),
  }
}
