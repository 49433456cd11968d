import { request } from 'node:http'
import { type Check, ProbeReport, type TenantDocument } from '@cityos/contract'
import { PlaneRefusal } from './plane-link.ts'

/** Often enough that a process which fails one request in five is found out nearly always. */
const readsEach = 4
const longestReadMs = 10_000

/** Where a process listens. */
export type ProbedPlace = { socketPath: string } | { host: string; port: number }

/**
 * What a shopper's browser would ask, straight at a process, and what the process says about itself; leaves no trace.
 * @param ask the process's own probe: a quote, a hold released again
 */
export async function probePlane(place: ProbedPlace, document: TenantDocument, ask: () => Promise<unknown>): Promise<ProbeReport> {
  const host = document.domains[0] ?? document.slug
  const reads: [name: string, path: string][] = [
    ['read.health', '/health'],
    ['read.home', `/${document.default_locale}`],
    ...(document.verticals.includes('catalogue') ? [['read.products', '/v1/store/products?limit=5'] as [string, string]] : []),
  ]
  const checks: Check[] = []
  for (const [name, path] of reads) checks.push(await check(name, () => readOften(place, host, path)))
  checks.push(...(await own(ask)))
  return { ok: checks.every((each) => each.ok), checks }
}

async function own(ask: () => Promise<unknown>): Promise<Check[]> {
  const began = performance.now()
  try {
    return ProbeReport.parse(await ask()).checks
  } catch (error) {
    const milliseconds = Math.round(performance.now() - began)
    // A release from before there were probes: what was read has to do.
    if (error instanceof PlaneRefusal && error.status === 404)
      return [{ name: 'own', ok: true, milliseconds, message: 'this release has no probes of its own' }]
    return [{ name: 'own', ok: false, milliseconds, message: error instanceof Error ? error.message : String(error) }]
  }
}

export async function check(name: string, attempt: () => Promise<string | null>): Promise<Check> {
  const began = performance.now()
  const passed = (): number => Math.round((performance.now() - began) * 10) / 10
  try {
    return { name, ok: true, message: await attempt(), milliseconds: passed() }
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error), milliseconds: passed() }
  }
}

async function readOften(place: ProbedPlace, host: string, path: string): Promise<null> {
  for (let count = 0; count < readsEach; count += 1) {
    const status = await read(place, host, path)
    if (status >= 400) throw new Error(`GET ${path} answered ${status}`)
  }
  return null
}

function read(place: ProbedPlace, host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: path.startsWith('/v1') ? 'application/json' : 'text/html' }
    const sent = request({ ...place, path, headers, agent: false, signal: AbortSignal.timeout(longestReadMs) }, (answer) => {
      answer.once('error', reject)
      answer.once('end', () => resolve(answer.statusCode ?? 0))
      answer.resume()
    })
    sent.once('error', (error) => reject(new Error(`GET ${path} got no answer: ${error.message}`)))
    sent.end()
  })
}
