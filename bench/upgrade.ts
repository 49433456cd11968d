import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRollout, createTenant, readFleet, readOperation, readRollout, registerRelease } from '@cityos/control-plane/contract'
import { releaseLike } from '@cityos/provisioning/testing/release'
import type { Platform } from './platform.ts'
import { cpuMs } from './proc.ts'
import { type Figure, percentile } from './report.ts'

const tenants = 10
const group = 'fleet upgrade'

/**
 * Ten tenants are brought to another release, one ring, two at a time, with rehearsal and backup, while a shopper asks one of
 * them for a page again and again: wall time, processor time of the control plane, and what the shopper waits longer when
 * the gateway switches.
 * @throws when the rollout does not succeed, or the shopper sees a failure
 */
export async function measureUpgrade(platform: Platform): Promise<Figure[]> {
  const { call } = platform.operator
  for (let index = 1; index <= tenants; index++) await makeTenant(platform, `up-${index}`)
  const version = await anotherRelease(platform)
  const shopper = new Shopper(platform, 'up-1.localhost')
  const quiet = await shopper.during(3_000)
  const { parts } = await platform.status()
  const controlPlane = parts.find((part) => part.name === 'control-plane')?.pid
  if (!controlPlane) throw new Error('the control plane has no process')
  const before = cpuMs(controlPlane)
  const started = performance.now()
  shopper.start()
  const created = await call(createRollout, {
    body: { to: version, rings: ['rest'], soak_seconds: 0, parallel: 2, rehearse: true, control_share: 0, max_failures: 0, thresholds: {} },
  })
  const rollout = await ended(platform, created.id)
  const wall = performance.now() - started
  const during = await shopper.stop()
  if (rollout.status !== 'succeeded') throw new Error(`the rollout ended as ${rollout.status}: ${JSON.stringify(rollout.failure)}`)
  const figure = (name: string, value: number, unit: Figure['unit']): Figure => ({ group, name, value, unit })
  return [
    figure(`${rollout.counts.upgraded} tenants, two at a time, with rehearsal and backup`, wall, 'ms'),
    figure('control plane, per tenant', (cpuMs(controlPlane) - before) / rollout.counts.upgraded, 'ms CPU'),
    figure('p99 of a shopper of one of them, before', percentile(quiet, 0.99), 'ms'),
    figure('p99 of a shopper of one of them, while all are upgraded', percentile(during, 0.99), 'ms'),
    figure('longest answer: the pause at the switch is within it', Math.max(...during), 'ms'),
  ]
}

async function makeTenant(platform: Platform, slug: string): Promise<void> {
  const { call } = platform.operator
  const { operation } = await call(createTenant, {
    body: { slug, name: slug, owner: `owner@${slug}.test`, verticals: 'all', seed: true, test: true },
  })
  for (;;) {
    const { status, failure } = await call(readOperation, { params: { id: operation.id } })
    if (status === 'succeeded') return
    if (status === 'failed' || status === 'cancelled') throw new Error(`${slug} was not made: ${failure?.message ?? status}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The release the platform runs, with one line more: the same code, another version. */
async function anotherRelease(platform: Platform): Promise<string> {
  const { releases } = await platform.operator.call(readFleet)
  const current = releases.find((release) => release.current)?.version
  if (!current) throw new Error('the platform has no current release')
  const made = await releaseLike(join(platform.dataDir, 'releases'), current, (folder) => {
    const path = join(folder, 'data-plane.mjs')
    writeFileSync(path, `/* another version */\n${readFileSync(path, 'utf8')}`)
    return ['data-plane.mjs']
  })
  await platform.operator.call(registerRelease, { body: { dir: made.dir } })
  return made.version
}

async function ended(platform: Platform, id: string) {
  for (;;) {
    const rollout = await platform.operator.call(readRollout, { params: { id } })
    if (rollout.status === 'succeeded' || rollout.status === 'rolled_back') return rollout
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Asks for a page of one host, one after the other; every answer must be 200. */
class Shopper {
  readonly #platform: Platform
  readonly #host: string
  #latencies: number[] = []
  #running: Promise<void> | null = null
  #stopped = false

  constructor(platform: Platform, host: string) {
    this.#platform = platform
    this.#host = host
  }

  start(): void {
    this.#latencies = []
    this.#stopped = false
    this.#running = this.#shop()
  }

  async stop(): Promise<number[]> {
    this.#stopped = true
    await this.#running
    return this.#latencies
  }

  /** Latencies of so many milliseconds of shopping. */
  async during(milliseconds: number): Promise<number[]> {
    this.start()
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    return this.stop()
  }

  async #shop(): Promise<void> {
    while (!this.#stopped) {
      const at = performance.now()
      const answer = await this.#platform.fetch(`http://${this.#host}:${this.#platform.port}/v1/store/products?limit=20`)
      await answer.text()
      if (answer.status !== 200) throw new Error(`a shopper was answered ${answer.status}`)
      this.#latencies.push(performance.now() - at)
    }
  }
}
