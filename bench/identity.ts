import { locateData, readOperator } from '@cityos/cli/data-directory'
import { refresh, signIn, type Tokens } from '@cityos/cli/session'
import { tenantAudience } from '@cityos/contract'
import { type Jwks, staffVerifier } from '@cityos/http/token'
import type { Platform } from './platform.ts'
import { cpuMs } from './proc.ts'
import { type Figure, percentile } from './report.ts'

/** Below the limit of 30 sign-ins of one account in five minutes, with room for the platform's own. */
const signIns = 20
const refreshes = 30
const verifications = 5_000
/** Rounds of verifying every new token with a verifier that has seen none of them. */
const rounds = 20

/**
 * What staff sign-in costs the control plane (argon2id with 19 MiB is most of it, and meant to be), what a refresh costs
 * it, and what each request with a staff token costs a data plane: one Ed25519 signature, verified offline.
 */
export async function measureIdentity(platform: Platform, tenantId: string): Promise<Figure[]> {
  const operator = readOperator(locateData(platform.dataDir))
  const audience = tenantAudience(tenantId)
  const pid = (await platform.status()).parts.find((part) => part.name === 'control-plane')?.pid
  if (!pid) throw new Error('the control plane does not run')
  let tokens: Tokens = await signIn(platform.operator.platform, operator, audience)
  const signedIn = await measured(pid, signIns, async () => {
    tokens = await signIn(platform.operator.platform, operator, audience)
  })
  const fresh: string[] = []
  const refreshed = await measured(pid, refreshes, async () => {
    tokens = await refresh(platform.operator.platform, tokens.refresh_token ?? '')
    fresh.push(tokens.access_token)
  })
  const issuer = platform.operator.platform.origin
  const jwks = (await (await platform.fetch(`${issuer}/oauth/jwks.json`)).json()) as Jwks
  const now = new Date()
  const first = await ownCpu(rounds * fresh.length, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const verify = staffVerifier(jwks, { issuer, audience })
      for (const token of fresh) await verify(token, now)
    }
  })
  const verify = staffVerifier(jwks, { issuer, audience })
  const again = await ownCpu(verifications, async () => {
    for (let index = 0; index < verifications; index += 1) await verify(tokens.access_token, now)
  })
  const group = 'staff identity'
  return [
    { group, name: 'sign-in, control plane', value: signedIn.cpu, unit: 'ms CPU' },
    { group, name: 'sign-in, p95', value: signedIn.p95, unit: 'ms' },
    { group, name: 'refresh, control plane', value: refreshed.cpu, unit: 'ms CPU' },
    { group, name: 'token verification in a data plane, its first request', value: first, unit: 'ms CPU' },
    { group, name: 'token verification in a data plane, every later one', value: again, unit: 'ms CPU', aim: 0.1 },
  ]
}

/** Mean processor time of this process for each of `times`, milliseconds. */
async function ownCpu(times: number, work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}

/** Mean processor time of `pid` for each time, and the 95th percentile of how long one took; milliseconds. */
async function measured(pid: number, times: number, once: () => Promise<unknown>): Promise<{ cpu: number; p95: number }> {
  const took: number[] = []
  const before = cpuMs(pid)
  for (let index = 0; index < times; index += 1) {
    const start = performance.now()
    await once()
    took.push(performance.now() - start)
  }
  return { cpu: (cpuMs(pid) - before) / times, p95: percentile(took, 0.95) }
}
