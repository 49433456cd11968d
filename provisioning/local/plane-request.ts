import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { loadRootKey, Sealer } from './node/seal.ts'
import { socketRequest } from './socket-request.ts'

/**
 * Asks an awake data plane of this machine something under `/internal/*`, with the token the node would send: for tests
 * and support. Who may read the root key may do this.
 * @throws when the tenant is not awake, or refuses
 */
export async function askPlane(
  dataDir: string,
  tenantId: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const record = JSON.parse(readFileSync(join(dataDir, 'node', 'tenants', `${tenantId}.json`), 'utf8')) as {
    secrets: string
    process: { socket: string } | null
  }
  if (!record.process) throw new Error(`the data plane of ${tenantId} is not awake`)
  const sealer = new Sealer(loadRootKey(join(dataDir, 'root.key'), process.env['CITYOS_ROOT_KEY'], false))
  const { planeKey } = JSON.parse(sealer.open(record.secrets, `tenant ${tenantId}`)) as { planeKey: string }
  const token = await new SignJWT({ tenant_id: tenantId })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('node')
    .setAudience('data-plane')
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(Buffer.from(planeKey, 'base64'))
  const answer = await socketRequest(record.process.socket, method, path, {
    body,
    headers: { authorization: `Bearer ${token}` },
    timeoutMs: 10_000,
  })
  if (answer.status >= 300) throw new Error(`${method} ${path} of ${tenantId} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return (answer.body as { data: unknown }).data
}
