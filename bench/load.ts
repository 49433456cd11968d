import autocannon from 'autocannon'
import type { Platform } from './platform.ts'
import { cpuMs, cpuMsOfTree } from './proc.ts'
import { type Figure, percentile } from './report.ts'

export interface Load {
  name: string
  group: string
  host: string
  /** The paths asked for in turn: one path measures the cached case, many different ones the uncached. */
  paths: string[]
  accept: string
  aimCpuMs?: number
}

/**
 * Sends GET requests through the gateway from 50 connections for `seconds` and reports processor time per request of
 * the data plane, Postgres and gateway, throughput and latency.
 * @throws when an answer is not 2xx: a fast error page is not a figure
 */
export async function measureLoad(platform: Platform, load: Load, seconds: number): Promise<Figure[]> {
  await run(load, platform.port, 1)
  const { dataPlane, postgres, gateway } = await platform.pids(load.host)
  const before = [cpuMs(dataPlane), cpuMsOfTree(postgres), cpuMs(gateway)] as const
  const { latencies, failed, perSecond } = await run(load, platform.port, seconds)
  const after = [cpuMs(dataPlane), cpuMsOfTree(postgres), cpuMs(gateway)] as const
  const requests = latencies.length
  if (failed > 0 || requests === 0) throw new Error(`${load.name}: ${failed} of ${requests} answers were not 2xx`)
  const each = (index: 0 | 1 | 2) => (after[index] - before[index]) / requests
  const figure = (name: string, value: number, unit: Figure['unit'], aim?: number): Figure => ({
    group: `${load.group} · ${load.name}`,
    name,
    value,
    unit,
    aim,
  })
  return [
    figure('data plane', each(0), 'ms CPU'),
    figure('Postgres', each(1), 'ms CPU'),
    figure('data plane + Postgres', each(0) + each(1), 'ms CPU', load.aimCpuMs),
    figure('gateway', each(2), 'ms CPU'),
    figure('throughput, 50 connections', perSecond, 'req/s'),
    figure('p50', percentile(latencies, 0.5), 'ms'),
    figure('p95', percentile(latencies, 0.95), 'ms'),
    figure('p99', percentile(latencies, 0.99), 'ms'),
  ]
}

interface Run {
  /** Milliseconds per answer. */
  latencies: number[]
  failed: number
  perSecond: number
}

function run(load: Load, port: number, duration: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    let failed = 0
    const instance = autocannon(
      {
        url: `http://127.0.0.1:${port}`,
        connections: 50,
        duration,
        headers: { host: `${load.host}:${port}`, accept: load.accept },
        requests: load.paths.map((path) => ({ method: 'GET' as const, path })),
      },
      (error, result) =>
        error ? reject(error) : resolve({ latencies, failed: failed + result.errors, perSecond: result.requests.average }),
    )
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      latencies.push(milliseconds)
      if (status < 200 || status > 299) failed += 1
    })
  })
}
