import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  definitionOf,
  OperationBench,
  type OperationDefinition,
  type Step,
  type StepContext,
} from '@cityos/control-plane/testing/operation-bench'
import { operationCases, parametersOf } from '@cityos/control-plane/testing/operation-cases'
import { LocalDriver, nodeAddress } from '@cityos/provisioning/local'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Platform } from './platform.ts'

// The properties of every operation (control-plane/src/operations/properties.test.ts) once more on the real driver:
// real databases, roles, processes, routes and files. Here all steps of an operation are repeated in one run, and each
// step fails after its effect, which is the harder half.

const release = join(import.meta.dirname, '../dist/release')
let platform: Platform
let postgres: TestPostgres
let bench: OperationBench
let folder: string

beforeAll(async () => {
  platform = await Platform.start()
  postgres = await startTestPostgres()
  folder = await mkdtemp(join(tmpdir(), 'cityos-properties-'))
  const node = nodeAddress(platform.data.path)
  if (!node) throw new Error('the platform has no node')
  const { version, schema } = JSON.parse(readFileSync(join(release, 'release.json'), 'utf8')) as { version: string; schema: string }
  bench = await OperationBench.start(new LocalDriver({ socket: node.socket }), {
    url: (await postgres.emptyDatabase()).url,
    release: { version, dir: release, schema },
  })
})

afterAll(async () => {
  await bench?.stop()
  await platform?.end()
  await postgres?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

function altered(kind: string, change: (step: Step<unknown>) => Step<unknown>): OperationDefinition {
  const definition = definitionOf(kind)
  return { ...definition, steps: definition.steps.map(change) }
}

/** Takes away what a test has made, so that the machine does not fill with data planes. */
async function clear(tenantId: string): Promise<void> {
  const { status, deleted_at } = await bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  if (deleted_at) return
  if (status !== 'closing' && status !== 'failed') {
    await bench.perform('tenant-close', tenantId, {
      status_before: status,
      resume_status_before: null,
      closing_until: '2099-01-01T00:00:00.000Z',
    })
  }
  await bench.perform('tenant-delete', tenantId, { status_before: status })
  expect(await bench.inventory(tenantId)).toEqual([])
}

/** Where archives go through whole databases, the steps that leave something outside stand for the others. */
const telling: Record<string, string[]> = {
  'tenant-restore': ['load', 'safety', 'swap', 'finish'],
  'tenant-restore-as': ['load', 'database'],
  'tenant-clone': ['archive', 'deploy'],
  'tenant-move': ['swap', 'start'],
}

describe.each(operationCases)('$kind', (item) => {
  const { kind, prepare } = item
  const { steps, pivot } = definitionOf(kind)
  const names = steps.map((step) => step.name)

  test('repeating each step changes nothing', async () => {
    const tenantId = await bench.newTenant()
    await prepare(bench, tenantId)
    const compared: string[] = []
    const definition = altered(kind, (step) => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        await step.do(ctx)
        const first = await bench.inventory(tenantId)
        const message = await step.do(ctx)
        expect(await bench.inventory(tenantId), step.name).toEqual(first)
        compared.push(step.name)
        return message
      },
    }))
    expect(
      await bench.finish(await bench.queue(kind, tenantId, parametersOf(item, tenantId)), bench.runner({ definition, attempts: 1 })),
    ).toBe('succeeded')
    expect(compared).toEqual(names)
    await clear(tenantId)
  })

  test.each(telling[kind] ?? names)('%s failing after its effect', async (name) => {
    const tenantId = await bench.newTenant()
    await prepare(bench, tenantId)
    const start = await bench.inventory(tenantId)
    const isBefore = names.indexOf(name) <= names.indexOf(pivot)
    let failed = 0
    const definition = altered(kind, (step) => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        const message = await step.do(ctx)
        if (step.name !== name || (!isBefore && failed >= 1)) return message
        failed += 1
        throw new Error(`${name} was made to fail`)
      },
    }))
    const status = await bench.finish(
      await bench.queue(kind, tenantId, parametersOf(item, tenantId)),
      bench.runner({ definition, attempts: 1 }),
    )
    expect(failed).toBe(1)
    expect(status).toBe(isBefore ? 'failed' : 'succeeded')
    if (isBefore) expect(await bench.inventory(tenantId)).toEqual(start)
    await clear(tenantId)
  })
})
