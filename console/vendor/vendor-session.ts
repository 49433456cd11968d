import type { Client } from '@cityos/contract'
import { getVendorMe, type VendorUser, vendorSignIn, vendorSignOut } from '@cityos/data-plane/contract'
import type { AuthProvider } from 'react-admin'
import { ConsoleError } from '../api/failure.ts'

/** Vendor staff live in the tenant's own database and sign in here, without the control plane. */
export function vendorAuth(client: Client, verticalOf: (resource: string) => string | null): AuthProvider {
  let me: VendorUser | null = null
  let asked: Promise<VendorUser> | null = null
  const current = (): Promise<VendorUser> => {
    if (me) return Promise.resolve(me)
    asked ??= client(getVendorMe)
      .then((answer) => {
        me = answer
        return answer
      })
      .finally(() => {
        asked = null
      })
    return asked
  }
  return {
    login: async ({ email, password }: { email: string; password: string }) => {
      const { user } = await client(vendorSignIn, { body: { email, password } })
      me = user
    },
    logout: async () => {
      if (!me) return '/login'
      me = null
      await client(vendorSignOut)
      return '/login'
    },
    checkAuth: async () => {
      await current()
    },
    checkError: async (error: unknown) => {
      if (!(error instanceof ConsoleError) || error.status !== 401) return
      me = null
      throw error
    },
    getIdentity: async () => {
      const { id, name, vendor } = await current()
      return { id, fullName: `${name} · ${vendor.name}` }
    },
    getPermissions: async () => (await current()).role,
    canAccess: async ({ resource }) => {
      const { role, vendor } = await current()
      const vertical = goods.includes(resource) ? 'catalogue' : verticalOf(resource)
      return roleSees(role, resource) && (vertical === null || vendor.verticals.includes(vertical))
    },
  }
}

/** Resources of the console itself that only those who sell goods need. */
const goods: readonly string[] = ['products', 'stock']

/** What a vendor role works with (docs/spec/core.md, vendor); the server decides, the menu follows. */
export function roleSees(role: string, resource: string): boolean {
  if (role === 'owner' || role === 'manager') return true
  if (role === 'staff') return resource !== 'team'
  if (role === 'courier') return resource === 'orders' || resource === 'restaurant-board'
  if (role === 'finance') return resource === 'orders' || resource === 'profile'
  return false
}
