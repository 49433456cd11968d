import { describe, expect, it } from 'vitest'
import { OperationKind } from '../operation/operation.contract.ts'
import { definitions } from './definitions.ts'

it('there is a definition of every kind, once', () => {
  expect(definitions.map((definition) => definition.kind).sort()).toEqual([...OperationKind.options].sort())
})

describe.each(definitions)('$kind', (definition) => {
  it('has a deadline its steps can keep, each with a time of its own', () => {
    for (const step of definition.steps) {
      expect(step.timeout, step.name).toBeGreaterThan(0)
      expect(step.timeout, step.name).toBeLessThanOrEqual(definition.deadline)
    }
  })

  it('says of every step who can help when it does not get on', () => {
    for (const step of definition.steps) expect(step.owner, step.name).toMatch(/^[a-z]{2,}( [a-z]+)+$|^finance$/)
  })

  it('can take back every step before its pivot that changes something outside, and says what a skipped check leaves open', () => {
    const pivot = definition.steps.findIndex((step) => step.name === definition.pivot)
    for (const [index, step] of definition.steps.entries()) {
      if (index > pivot) expect(step.undo, step.name).toBeUndefined()
      if (step.check) expect(step.check.split(' ').length, step.name).toBeGreaterThan(3)
    }
  })
})
