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
import { anotherRelease, builtRelease } from './release.ts'

// The properties of every operation (control-plane/src/operations/properties.test.ts) once more on the real driver:
// real databases, roles, processes, routes and files. Here all steps of an operation are repeated in one run, and each
// step fails after its effect, which is the harder half: before the pivot one at a time, on the tenant that the one before
// has left as it was; after it all of them in one run. Operations go through this side by side, each on tenants of its own.

let platform: Platform
let postgres: TestPostgres
let bench: OperationBench

beforeAll(async () => {
  platform = await Platform.start()
  postgres = await startTestPostgres()
  const node = nodeAddress(platform.data.path)
  if (!node) throw new Error('the platform has no node')
  bench = await OperationBench.start(new LocalDriver({ socket: node.socket }), {
    url: (await postgres.emptyDatabase()).url,
    releases: { now: builtRelease(), next: await anotherRelease(platform) },
  })
})

afterAll(async () => {
  await bench?.stop()
  await platform?.end()
  await postgres?.stop()
})

function altered(kind: string, change: (step: Step<unknown>) => Step<unknown>): OperationDefinition {
  const definition = definitionOf(kind)
  return { ...definition, steps: definition.steps.map(change) }
}

/** Takes away what a test has made, so that the machine does not fill with data planes. */
async function clear(tenantId: string): Promise<void> {
  const { status, deleted_at } = await bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  if (deleted_at) return
  await bench.registry.db.tenant.update({ where: { id: tenantId }, data: { status: 'failed' } })
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
const inTurn = { concurrent: false }

describe.concurrent.each(operationCases)('$kind', (item) => {
  const { kind, prepare } = item
  const { steps, pivot } = definitionOf(kind)
  const names = steps.map((step) => step.name)
  const told = telling[kind] ?? names
  const isBefore = (name: string) => names.indexOf(name) <= names.indexOf(pivot)
  const after = told.filter((name) => !isBefore(name))
  /** The tenant at the moment before the operation, as the last failure has left it. */
  let ready: string | null = null

  const reach = async () => {
    const tenantId = await bench.newTenant()
    await prepare(bench, tenantId)
    return tenantId
  }
  const carry = async (tenantId: string, definition: OperationDefinition) =>
    bench.finish(await bench.queue(kind, tenantId, parametersOf(item, tenantId, bench)), bench.runner({ definition, attempts: 1 }))

  test.for(told.filter(isBefore))('%s failing after its effect leaves everything as it was', inTurn, async (name) => {
    const tenantId = ready ?? (await reach())
    ready = null
    const start = await bench.inventory(tenantId)
    const definition = altered(kind, (step) => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        const message = await step.do(ctx)
        if (step.name === name) throw new Error(`${name} was made to fail`)
        return message
      },
    }))
    expect(await carry(tenantId, definition)).toBe('failed')
    const { failure } = await bench.registry.db.operation.findFirstOrThrow({
      where: { kind, tenant_id: tenantId },
      orderBy: { created_at: 'desc' },
    })
    expect(failure, JSON.stringify(failure)).toMatchObject({ step: name, message: `${name} was made to fail` })
    expect(await bench.inventory(tenantId)).toEqual(start)
    ready = tenantId
  })

  if (after.length > 0)
    test('every step after the pivot failing after its effect does not keep it from its end', inTurn, async () => {
      const tenantId = ready ?? (await reach())
      ready = null
      const failed: string[] = []
      const definition = altered(kind, (step) => ({
        ...step,
        async do(ctx: StepContext<unknown>) {
          const message = await step.do(ctx)
          if (!after.includes(step.name) || failed.includes(step.name)) return message
          failed.push(step.name)
          throw new Error(`${step.name} was made to fail`)
        },
      }))
      expect(await carry(tenantId, definition)).toBe('succeeded')
      expect(failed).toEqual(after)
      await clear(tenantId)
    })

  test('repeating each step changes nothing', inTurn, async () => {
    const tenantId = ready ?? (await reach())
    ready = null
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
    expect(await carry(tenantId, definition)).toBe('succeeded')
    expect(compared).toEqual(names)
    await clear(tenantId)
  })
})
