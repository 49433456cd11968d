import { DomainError } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { type Candidate, chooseCell } from './cell.placement.ts'

const cell = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  region: 'riyadh',
  residency_zone: 'GCC',
  plans: [],
  databases: 300,
  namespaces: 10_000,
  is_open: true,
  unreachable_since: null,
  tenants: 0,
  ...more,
})
const wanted = { region: 'riyadh', residency_zone: 'GCC', plan: 'standard' }

function refusal(cells: Candidate[], more: object = {}): DomainError {
  try {
    chooseCell(cells, { ...wanted, ...more })
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('the cell of a new tenant', () => {
  it('is the emptiest of its region, by share', () => {
    const cells = [cell('a', { tenants: 150 }), cell('b', { databases: 2500, tenants: 900 }), cell('c', { region: 'jeddah' })]
    expect(chooseCell(cells, wanted).name).toBe('b')
  })

  it('has room for one more database and one more namespace', () => {
    expect(chooseCell([cell('a', { tenants: 300 }), cell('b', { tenants: 299 })], wanted).name).toBe('b')
    const full = refusal([cell('a', { tenants: 300 }), cell('b', { namespaces: 10, tenants: 10 })])
    expect(full.code).toBe('not_enough_capacity')
    expect(full.details).toEqual({ cells: { a: 'is full (300 tenants)', b: 'is full (10 tenants)' } })
  })

  it('keeps data where it must lie', () => {
    const cells = [cell('a', { residency_zone: 'EU' }), cell('b', { residency_zone: null })]
    expect(refusal(cells).message).toContain('a keeps data in EU, not in GCC; b keeps data in no stated zone')
    expect(chooseCell(cells, { ...wanted, residency_zone: 'EU' }).name).toBe('a')
    expect(chooseCell(cells, { ...wanted, residency_zone: 'GLOBAL' }).name).toBe('a')
  })

  it('takes the tenant’s plan and is open', () => {
    expect(chooseCell([cell('a', { plans: ['enterprise'] }), cell('b', { tenants: 5 })], wanted).name).toBe('b')
    expect(refusal([cell('a', { plans: ['enterprise'] }), cell('b', { is_open: false })]).details).toEqual({
      cells: { a: 'is for the plans enterprise', b: 'is closed for new tenants' },
    })
  })

  it('is one that answers, if there is one', () => {
    const away = { unreachable_since: new Date('2026-11-23T04:00:00Z') }
    expect(chooseCell([cell('a', away), cell('b', { tenants: 200 })], wanted).name).toBe('b')
    expect(chooseCell([cell('a', away)], wanted).name).toBe('a')
  })

  it('is looked for in regions there are', () => {
    const unknown = refusal([cell('a')], { region: 'atlantis' })
    expect([unknown.code, unknown.field, unknown.details]).toEqual(['validation_failed', 'region', { regions: ['riyadh'] }])
    expect(refusal([]).message).toContain('has no cell yet')
  })

  it('need not be named where there is one region', () => {
    expect(chooseCell([cell('a')], { ...wanted, region: null }).name).toBe('a')
    const several = refusal([cell('a'), cell('b', { region: 'jeddah' })], { region: null })
    expect(several.message).toContain('name the region: use jeddah, riyadh')
  })
})
