import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { cellCases, operationCases, parametersOf } from '../testing/operation-cases.ts'
import type { OperationDefinition, Step, StepContext } from './definition.ts'
import { definitionOf, definitions } from './definitions.ts'

/**
 * The two properties every operation has (design §3), generated from its step list: repeating a step changes nothing;
 * a failing step leaves the outside as it was (before the pivot) or does not keep the operation from its end (after it).
 */

let bench: OperationBench

beforeAll(async () => {
  bench = await OperationBench.start(new MemoryDriver())
})
afterAll(() => bench.stop())

/** A copy of a definition in which one step behaves differently. */
function altered(kind: string, name: string, change: (step: Step<unknown>) => Step<unknown>): OperationDefinition {
  const definition = definitionOf(kind)
  return { ...definition, steps: definition.steps.map((step) => (step.name === name ? change(step) : step)) }
}

async function tenantRow(tenantId: string) {
  const { updated_at: _, ...row } = await bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  return row
}

it('covers every operation there is', () => {
  expect(operationCases.map((item) => item.kind).sort()).toEqual(definitions.map((definition) => definition.kind).sort())
})

const inCells = cellCases.map((item) => ({ ...item, title: `${item.kind} between cells` }))
describe.each([...operationCases.map((item) => ({ ...item, title: item.kind })), ...inCells])('$title', (item) => {
  const { kind, prepare } = item
  const { steps, pivot } = definitionOf(kind)
  const names = steps.map((step) => step.name)
  const pivotAt = names.indexOf(pivot)

  it.each(names)('repeating %s changes nothing', async (name) => {
    const tenantId = await bench.newTenant()
    await prepare(bench, tenantId)
    const seen: { first: unknown; second: unknown }[] = []
    const look = async () => ({ outside: await bench.inventory(tenantId), row: await tenantRow(tenantId) })
    const definition = altered(kind, name, (step) => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        await step.do(ctx)
        const first = await look()
        const message = await step.do(ctx)
        seen.push({ first, second: await look() })
        return message
      },
    }))
    expect(await bench.finish(await bench.queue(kind, tenantId, parametersOf(item, tenantId, bench)), bench.runner({ definition }))).toBe(
      'succeeded',
    )
    expect(seen).toHaveLength(1)
    expect(seen[0]?.second).toEqual(seen[0]?.first)
  })

  const failures = names.flatMap((name) => (['before its effect', 'after its effect'] as const).map((when) => ({ name, when })))

  it.each(failures)('$name failing $when', async ({ name, when }) => {
    const tenantId = await bench.newTenant()
    await prepare(bench, tenantId)
    const start = await bench.inventory(tenantId)
    const before = await tenantRow(tenantId)
    const isBefore = names.indexOf(name) <= pivotAt
    let failed = 0
    const definition = altered(kind, name, (step) => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        if (!isBefore && failed >= 3) return step.do(ctx)
        failed += 1
        if (when === 'after its effect') await step.do(ctx)
        throw new Error(`${name} was made to fail`)
      },
    }))
    const operationId = await bench.queue(kind, tenantId, parametersOf(item, tenantId, bench))
    const status = await bench.finish(operationId, bench.runner({ definition }))
    expect(failed).toBeGreaterThan(0)
    if (!isBefore) {
      expect(status).toBe('succeeded')
      return
    }
    expect(status).toBe('failed')
    expect(await bench.inventory(tenantId)).toEqual(start)
    const after = await tenantRow(tenantId)
    if (['tenant-create', 'tenant-restore-as', 'tenant-clone'].includes(kind)) {
      expect(after).toMatchObject({ status: 'failed', slug_claim: null, failure: { step: name } })
    } else {
      const { version: _, ...state } = before
      expect(after).toMatchObject(state)
    }
    const row = await bench.registry.db.operation.findUniqueOrThrow({ where: { id: operationId }, include: { steps: true } })
    expect(row.failure).toMatchObject({ step: name, message: `${name} was made to fail` })
    expect(row.steps.filter((step) => step.status !== 'pending' && step.status !== 'undone')).toEqual([])
  })
})
