import { request } from 'node:http'
import { PlaneRefusal, planeToken } from '../local/node/plane-link.ts'

/** Where a process of a tenant answers. */
export interface PlaneAddress {
  host: string
  port: number
}

/** How the driver speaks to the processes of tenants; pods that only exist on paper get another one in tests. */
export interface PlaneClient {
  /** @returns the data of the answer's envelope @throws PlaneRefusal */
  ask(
    asked: { tenantId: string; planeKey: string; address: PlaneAddress },
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    options: AskOptions,
  ): Promise<unknown>
}

export interface AskOptions {
  timeoutMs: number
  now: Date
  body?: unknown
}

/** Straight at the pod. */
export const podClient: PlaneClient = {
  async ask({ tenantId, planeKey, address }, method, path, { timeoutMs, now, body }) {
    const text = method === 'GET' ? null : JSON.stringify(body ?? {})
    const authorization = `Bearer ${await planeToken(tenantId, planeKey, now)}`
    const { status, received } = await send(address, method, path, { text, authorization, timeoutMs })
    const envelope = parsed(received)
    if (status < 300 && envelope) return envelope.data
    throw new PlaneRefusal(`${method} ${path} of ${tenantId} answered ${status}: ${envelope?.errors?.[0]?.message ?? ''}`, status)
  },
}

function send(
  address: PlaneAddress,
  method: string,
  path: string,
  { text, authorization, timeoutMs }: { text: string | null; authorization: string; timeoutMs: number },
): Promise<{ status: number; received: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/json',
      authorization,
      ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    }
    const sent = request({ ...address, method, path, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      let received = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        received += part
      })
      answer.once('error', reject)
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, received }))
    })
    sent.once('error', (error) =>
      reject(new Error(`${method} ${path} of ${address.host} got no answer: ${error.message}`, { cause: error })),
    )
    sent.end(text ?? undefined)
  })
}

function parsed(text: string): { data: unknown; errors?: { message: string }[] } | null {
  try {
    return JSON.parse(text) as { data: unknown; errors?: { message: string }[] }
  } catch {
    return null // a proxy's page, or nothing: the status says enough
  }
}
