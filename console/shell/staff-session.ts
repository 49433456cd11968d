import { type Client, type Grant, readSession, type StaffRole, type StaffSession, signOut } from '@cityos/contract'
import type { AuthProvider } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'

/** Rights as the menu needs them. The server decides; this only keeps away what would be refused anyway. */
const writers: readonly StaffRole[] = ['super-admin', 'tenant-admin', 'city-manager', 'district-manager', 'zone-operator']
const auditors: readonly StaffRole[] = ['super-admin', 'tenant-admin', 'compliance-officer', 'auditor']
const administrators: readonly StaffRole[] = ['super-admin', 'tenant-admin']

/** Who beside the super-admin sees what not everybody does; everything else is read by every role. */
const readers: Partial<Record<string, readonly StaffRole[]>> = {
  audit: auditors,
  staff: administrators,
  invoices: ['tenant-admin', 'city-manager', 'compliance-officer', 'auditor', 'finance'],
  revenue: ['city-manager', 'auditor', 'finance'],
  'platform-settings': ['city-manager', 'sre'],
  mail: [],
  messages: ['tenant-admin'],
}
const ofFinance: readonly string[] = ['tenants', 'plans', 'add-ons', 'invoices', 'revenue', 'fleet']

/** Whether a role may do `action` on `resource`, as docs/spec/core.md weighs the ten roles and the two duties. */
export function roleMay(role: StaffRole, action: string, resource: string): boolean {
  if (role === 'super-admin') return true
  const reading = action === 'list' || action === 'show' || action === 'read'
  const only = readers[resource]
  if (only) return only.includes(role)
  if (resource === 'rollouts') return role === 'sre' || (reading && role !== 'finance')
  if (resource === 'settings') return reading || administrators.includes(role)
  if (role === 'sre')
    return (
      resource === 'releases' ||
      (['tenants', 'operations', 'fleet', 'approvals', 'alerts'].includes(resource) && (reading || action === 'operate'))
    )
  if (role === 'finance') return ofFinance.includes(resource) && (reading || resource !== 'tenants')
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
