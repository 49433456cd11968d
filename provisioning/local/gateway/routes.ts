import { I18nText, Locale, TenantStatus } from '@cityos/contract'
import { z } from 'zod'

/** What the gateway knows of one tenant. */
export const TenantRoute = z.object({
  tenant_id: z.string(),
  /** Public hosts without port; `admin.`, `vendor.` and `api.` of each lead to the tenant too. */
  hosts: z.array(z.string()),
  name: I18nText,
  default_locale: Locale,
  status: TenantStatus,
  runtime: z.enum(['starting', 'running', 'asleep', 'crashed', 'absent']),
  /** Where its data plane listens; null unless it is running. */
  socket: z.string().nullable(),
  /** What the process behind it is a build of; traffic is counted by it. */
  release: z.string().nullable().optional(),
})
export type TenantRoute = z.infer<typeof TenantRoute>

/** The file the node writes and the gateway watches. */
export const Routes = z.object({
  operator: z.object({ host: z.string(), socket: z.string() }),
  tenants: z.array(TenantRoute),
})
export type Routes = z.infer<typeof Routes>

/** What the gateway process reads as one JSON line on standard input. */
export const GatewayBinding = z.object({
  listen: z.object({ host: z.string(), port: z.int() }),
  routes_file: z.string(),
  node_socket: z.string(),
  /** Where the node asks the gateway for what is under way and for its counts. */
  control_socket: z.string(),
  /** Milliseconds a request waits for a sleeping tenant before it is told to come back. */
  hold_ms: z.int(),
  /** Where https is answered, from which certificates, and the key (32 bytes, base64) that opens theirs; null: nowhere. */
  tls: z.object({ port: z.int(), folder: z.string(), key: z.string() }).nullable().default(null),
})
export type GatewayBinding = z.input<typeof GatewayBinding>
