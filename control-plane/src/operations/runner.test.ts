import { DomainError } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { definitionOf, OperationBench } from '../testing/operation-bench.ts'

let bench: OperationBench

beforeAll(async () => {
  bench = await OperationBench.start(new MemoryDriver())
})
afterAll(() => bench.stop())

/** Makes a tenant whose deployment fails with these faults, one after the other, before it works. @returns how it ended */
async function created(faults: readonly Error[]): Promise<string> {
  const left = [...faults]
  const usual = definitionOf('tenant-create')
  const steps = usual.steps.map((step) => ({
    ...step,
    do: async (ctx: Parameters<typeof step.do>[0]) => {
      const fault = step.name === 'deploy' ? left.shift() : undefined
      if (fault) throw fault
      return step.do(ctx)
    },
  }))
  const id = await bench.queue('tenant-create', await bench.newTenant(), { seed: false, invitation_id: 'inv_1' })
  return bench.finish(id, bench.runner({ definition: { ...usual, steps }, attempts: 3 }))
}

const away = new DomainError('cluster_unreachable', { message: 'cell riyadh-1 does not answer' })
const fault = new Error('something else')

describe('an operation whose step fails', () => {
  it('is undone after its attempts', async () => {
    expect(await created([fault, fault])).toBe('succeeded')
    expect(await created([fault, fault, fault])).toBe('failed')
  })

  it('waits for a cluster as long as it is away, and has all its attempts afterwards', async () => {
    const forLong = Array.from({ length: 10 }, () => away)
    expect(await created([...forLong, fault, fault])).toBe('succeeded')
    expect(await created([fault, ...forLong, fault, fault])).toBe('failed')
  })
})
