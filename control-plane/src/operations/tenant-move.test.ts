import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import type { OperationDefinition, Step, StepContext } from './definition.ts'
import { definitionOf } from './definitions.ts'

const driver = new MemoryDriver()
let bench: OperationBench
let tenantId: string
let number = 0

beforeAll(async () => {
  bench = await OperationBench.start(driver)
  for (const name of ['riyadh-1', 'riyadh-2']) await bench.cell(name)
})
afterAll(() => bench.stop())
beforeEach(async () => {
  tenantId = await inCell('riyadh-1')
})

async function inCell(cell: string): Promise<string> {
  const id = await bench.newTenant()
  await bench.registry.db.tenant.update({ where: { id }, data: { driver: 'kubernetes', cell, residency_zone: 'GCC' } })
  await bench.perform('tenant-create', id, { seed: false, invitation_id: 'inv_none' })
  return id
}

const move = (to: string, id = tenantId) =>
  bench.queue('tenant-move', id, { archive_id: `arc_${String(++number).padStart(20, '0')}`, to_cell: to })
const placed = (id = tenantId) =>
  bench.registry.db.tenant.findUniqueOrThrow({ where: { id }, select: { cell: true, other_cell: true, read_only: true } })
const kept = () => driver.tenants.get(tenantId)!

/** What is true of a tenant that moves, at every instant: one place can be written to at most, and the registry does not run ahead. */
function watched(seen: string[]): OperationDefinition {
  const definition = definitionOf('tenant-move')
  const look = async (step: string) => {
    const { process, readOnly, document, other } = kept()
    const row = await placed()
    seen.push(`${step}: ${process && !document?.read_only ? 'open' : 'closed'} ${row.cell}`)
    // What is not its place is empty, or what was archived: nobody writes there, since no process is there.
    if (step !== 'open' && !['schema', 'place'].includes(step)) expect(document?.read_only || readOnly).toBe(row.cell === 'riyadh-1')
    expect(other === null || row.other_cell !== null, step).toBe(true)
  }
  const steps = definition.steps.map(
    (step): Step<unknown> => ({
      ...step,
      async do(ctx: StepContext<unknown>) {
        const message = await step.do(ctx)
        await look(step.name)
        return message
      },
    }),
  )
  return { ...definition, steps }
}

describe('a move to another cell', () => {
  it('opens the tenant there only past the pivot, says what DNS has to say, and leaves nothing behind', async () => {
    const seen: string[] = []
    const id = await move('riyadh-2')
    expect(await placed()).toMatchObject({ cell: 'riyadh-1', other_cell: 'riyadh-2' })
    expect(await bench.finish(id, bench.runner({ definition: watched(seen) }))).toBe('succeeded')
    expect(seen).toEqual([
      'schema: open riyadh-1',
      'place: open riyadh-1',
      'pause: closed riyadh-1',
      'archive: closed riyadh-1',
      'load: closed riyadh-1',
      'stop: closed riyadh-1',
      'swap: closed riyadh-1',
      'start: closed riyadh-1',
      'health: closed riyadh-1',
      'open: open riyadh-2',
      'report: open riyadh-2',
      'finish: open riyadh-2',
    ])
    expect(await placed()).toEqual({ cell: 'riyadh-2', other_cell: null, read_only: false })
    expect(kept()).toMatchObject({ cell: 'riyadh-2', other: null, process: true, readOnly: false })
    expect(await driver.listArchives(tenantId)).toEqual([])
    const step = await bench.registry.db.operation_step.findFirstOrThrow({ where: { operation_id: id, name: 'open' } })
    const { slug } = await bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })
    expect(step.message).toContain(`DNS of ${slug}.localhost has to lead to the gateway of riyadh-2, gateway.riyadh-2.test`)
  })

  it('a target that already has something of the tenant ends it at once, and the tenant serves where it is', async () => {
    driver.refusing = { method: 'prepareInCell', code: 'already_exists' }
    const id = await move('riyadh-2')
    expect(await bench.finish(id)).toBe('failed')
    driver.refusing = null
    expect(driver.calls.filter((call) => call === 'prepareInCell').length).toBeGreaterThan(0)
    expect(await placed()).toEqual({ cell: 'riyadh-1', other_cell: null, read_only: false })
    expect(kept()).toMatchObject({ cell: null, other: null, process: true })
  })

  it.each([
    ['riyadh-1', 'invalid_transition', /is in cell riyadh-1 already/],
    ['nowhere', 'validation_failed', /there is no cell "nowhere": use/],
    ['closed', 'not_enough_capacity', /cell closed does not take this tenant: it is closed for new tenants/],
    ['full', 'not_enough_capacity', /it is full \(0 tenants\)/],
    ['far', 'not_enough_capacity', /it is in region jeddah, not in riyadh/],
    ['elsewhere', 'not_enough_capacity', /it keeps data in EU, not in GCC/],
    ['costly', 'not_enough_capacity', /it is for the plans enterprise/],
    ['away', 'not_enough_capacity', /it has not answered since/],
  ])('to %s is refused', async (name, code, message) => {
    await bench.cell('closed')
    await bench.cell('full', { capacity: { databases: 0, namespaces: 10 } })
    await bench.cell('far', { region: 'jeddah' })
    await bench.cell('elsewhere', { residency_zone: 'EU' })
    await bench.cell('costly', { plans: ['enterprise'] })
    await bench.cell('away')
    const { cell } = bench.registry.db
    await cell.update({ where: { name: 'closed' }, data: { is_open: false } })
    await cell.update({ where: { name: 'away' }, data: { unreachable_since: bench.clock.now() } })
    await expect(move(name)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(await placed()).toMatchObject({ cell: 'riyadh-1', other_cell: null })
  })

  it('a tenant that is in no cell is not moved to one', async () => {
    const local = await bench.newTenant()
    await bench.perform('tenant-create', local, { seed: false, invitation_id: 'inv_none' })
    await expect(move('riyadh-2', local)).rejects.toMatchObject({ code: 'validation_failed', field: 'to_cell' })
  })

  it('the last place is given away once, and again when its taker did not come', async () => {
    await bench.cell('narrow', { capacity: { databases: 1, namespaces: 1 } })
    const second = await inCell('riyadh-1')
    const first = await move('narrow')
    await expect(move('narrow', second)).rejects.toMatchObject({ code: 'not_enough_capacity' })
    await bench.registry.db.operation.update({ where: { id: first }, data: { cancel_requested: true } })
    expect(await bench.finish(first)).toBe('cancelled')
    expect(await bench.finish(await move('narrow', second))).toBe('succeeded')
    expect(await placed(second)).toMatchObject({ cell: 'narrow', other_cell: null })
  })
})
