import { SignJWT } from 'jose'
import { socketRequest } from '../socket-request.ts'

/** Who is asked: a process of a tenant, and the key that proves who asks. */
export interface AskedPlane {
  tenantId: string
  socket: string
  /** 32 bytes, base64. */
  planeKey: string
}

/** Refused, or not known to that release: the status tells. */
export class PlaneRefusal extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.name = 'PlaneRefusal'
    this.status = status
  }
}

/** Proof, good for 60 seconds, that it is the platform who asks the tenant's data plane. */
export function planeToken(tenantId: string, planeKey: string, now: Date): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000)
  return new SignJWT({ iss: 'node', aud: 'data-plane', tenant_id: tenantId, iat: issued, exp: issued + 60 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(planeKey, 'base64'))
}

/**
 * A request under `/internal/*` of a data plane, with a 60-second token of the tenant's plane key.
 * @returns the data of its envelope
 * @throws PlaneRefusal
 */
export async function askPlaneAt(
  { tenantId, socket, planeKey }: AskedPlane,
  method: 'GET' | 'POST',
  path: string,
  options: { timeoutMs: number; now: Date },
): Promise<unknown> {
  const token = await planeToken(tenantId, planeKey, options.now)
  const headers = { authorization: `Bearer ${token}` }
  const { timeoutMs } = options
  const answer = await socketRequest(socket, method, path, { headers, timeoutMs, ...(method === 'POST' ? { body: {} } : {}) })
  const envelope = answer.body as { data: unknown; errors?: { message: string }[] } | null
  if (answer.status >= 300 || !envelope) {
    const reason = envelope?.errors?.[0]?.message ?? ''
    throw new PlaneRefusal(`${method} ${path} of ${tenantId} answered ${answer.status}: ${reason}`, answer.status)
  }
  return envelope.data
}
