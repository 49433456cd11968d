import type { Client } from '@cityos/contract'
import { createTenant, type Operation, readOperation, readTenant, type Tenant } from '@cityos/control-plane/contract'
import { adminCreateVendorUser, adminListVendors, vendorSignIn } from '@cityos/data-plane/contract'
import { eventually } from './eventually.ts'
import type { Platform } from './platform.ts'

export const ended = (operation: Operation): boolean => ['succeeded', 'failed', 'cancelled'].includes(operation.status)

/** A tenant by the API, ready; the one of that slug if it is there already. */
export async function ensureTenant(
  platform: Platform,
  slug: string,
  options: { seed?: boolean; verticals?: 'all' | string[] } = {},
): Promise<Tenant> {
  const { call } = await platform.operator()
  const existing = await call(readTenant, { params: { id: slug } }).catch(() => null)
  if (existing) return existing
  const started = await call(createTenant, {
    body: {
      slug,
      name: { en: slug, ar: slug },
      owner: `owner@${slug}.test`,
      verticals: options.verticals ?? 'all',
      seed: options.seed ?? true,
      test: true,
    },
  })
  const operation = await operationEnd(call, started.operation.id)
  if (operation.status !== 'succeeded') throw new Error(`tenant-create ${operation.status}: ${JSON.stringify(operation.failure)}`)
  return call(readTenant, { params: { id: slug } })
}

/** The operation once it has ended, however it did. */
export function operationEnd(call: Client, id: string, withinMs = 300_000): Promise<Operation> {
  return eventually(
    async () => {
      const operation = await call(readOperation, { params: { id } })
      return ended(operation) ? operation : null
    },
    `operation ${id} has ended`,
    withinMs,
  )
}

export const hostOf = (tenant: Tenant): string => new URL(tenant.url).hostname

/** The tenant's admin API, as the operator. */
export async function adminOf(platform: Platform, tenant: Tenant): Promise<Client> {
  return platform.client(`api.${hostOf(tenant)}`, { authorization: `Bearer ${await platform.staffToken(tenant.id)}` })
}

export const vendorPassword = 'a-vendor-password-1'

/** Signs in as staff of a vendor (made for the test when it is not there yet). */
export async function vendorOf(
  platform: Platform,
  tenant: Tenant,
  handle: string,
): Promise<{ client: Client; token: string; email: string }> {
  const admin = await adminOf(platform, tenant)
  const vendors = await admin(adminListVendors, { query: { limit: 100 } })
  const vendor = vendors.items.find((each) => each.handle === handle)
  if (!vendor) throw new Error(`no vendor ${handle}; there are ${vendors.items.map((each) => each.handle).join(', ')}`)
  const email = `e2e@${handle}.test`
  await admin(adminCreateVendorUser, {
    params: { id: vendor.id },
    body: { email, name: 'E2E', role: 'owner', password: vendorPassword },
  }).catch((error: { code?: string }) => {
    if (error.code !== 'already_exists') throw error
  })
  const host = `api.${hostOf(tenant)}`
  const signedIn = await platform.client(host)(vendorSignIn, { body: { email, password: vendorPassword } })
  return { client: platform.client(host, { authorization: `Bearer ${signedIn.token}` }), token: signedIn.token, email }
}
