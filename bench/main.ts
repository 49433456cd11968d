import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createTenant, readOperation } from '@cityos/control-plane/contract'
import { measureInCluster } from './fleet.ts'
import { type Platform, startPlatform } from './platform.ts'
import { type Figure, machine, table } from './report.ts'
import { suites } from './suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
    products: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '5' },
    port: { type: 'string', default: '18090' },
  },
})

const inCluster = 'fleet'
const wanted = positionals.length > 0 ? positionals : Object.keys(suites)
const unknown = wanted.filter((name) => !(name in suites) && name !== inCluster)
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Known: ${[...Object.keys(suites), inCluster].join(', ')}.`)
  process.exit(2)
}
const onPlatform = wanted.filter((name) => name !== inCluster)

const ownDirs: string[] = []
const started: Platform[] = []
const say = (text: string) => process.stderr.write(`${text}\n`)

/** Starts a platform that is stopped and, when its folder was made here, removed at the end. */
async function start(dataDir: string | undefined, port: number, pool: boolean): Promise<Platform> {
  const dir = dataDir ?? mkdtempSync(join(tmpdir(), 'cityos-bench-'))
  if (!dataDir) {
    chmodSync(dir, 0o755)
    ownDirs.push(dir)
  }
  say(`Starting a platform ${pool ? 'with' : 'without'} a warm pool in ${dir}`)
  const platform = await startPlatform(dir, port, pool)
  started.push(platform)
  return platform
}

const figures: Figure[] = []
try {
  if (onPlatform.length > 0) figures.push(...(await measureOnPlatform(onPlatform)))
  if (wanted.includes(inCluster)) figures.push(...(await measureInCluster()))
} finally {
  for (const platform of started) await platform.stop()
  for (const dir of ownDirs) rmSync(dir, { recursive: true, force: true })
}

const document = { machine: machine(), products: Number(values.products), figures }
if (values.output) writeFileSync(values.output, `${JSON.stringify(document, null, 2)}\n`)
if (values.json) console.log(JSON.stringify(document))
else console.log(`${Object.values(machine()).join(' · ')}\n\n${table(figures)}`)

async function measureOnPlatform(names: readonly string[]): Promise<Figure[]> {
  const platform = await start(values.data, Number(values.port), true)
  const shop = await makeShop(platform)
  let cold: Promise<Platform> | undefined
  const coldPlatform = () => (cold ??= start(undefined, Number(values.port) + 1, false))
  const measured: Figure[] = []
  for (const name of names) {
    say(`Measuring: ${name}`)
    measured.push(
      ...(await suites[name]!({ platform, coldPlatform, ...shop, products: Number(values.products), seconds: Number(values.seconds) })),
    )
  }
  return measured
}

/** A tenant of its own with every vertical and the seed; the 5,000 products are added by the suites that need them. */
async function makeShop(platform: Platform): Promise<{ host: string; tenantId: string }> {
  const { tenant, operation } = await platform.operator.call(createTenant, {
    body: { slug: 'bench', name: 'Bench', owner: 'owner@bench.test', verticals: 'all', seed: true },
  })
  for (;;) {
    const now = await platform.operator.call(readOperation, { params: { id: operation.id } })
    if (now.status === 'succeeded') return { host: 'bench.localhost', tenantId: tenant.id }
    if (now.status === 'failed' || now.status === 'cancelled') throw new Error(`the bench tenant was not made: ${JSON.stringify(now)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
