import type { AnyEndpoint } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import * as contract from '../contract.ts'
import * as signIn from '../sign-in/sign-in.contract.ts'
import { actions, type RuleBook, ruleBook, subjects } from './ability.ts'
import { decide } from './authorisation.decision.ts'
import { table } from './authorisation.table.ts'

/** Every operation the contracts of the plane declare. */
const endpoints = [...Object.values(contract), ...Object.values(signIn)].filter(
  (value): value is AnyEndpoint => typeof value === 'object' && value !== null && 'access' in value && 'path' in value,
)

/** Operations whose row is not what these rules give. */
function differing(book: RuleBook): string[] {
  return endpoints.filter((endpoint) => decide(endpoint, book) !== table[endpoint.id]?.replace(/ +/g, ' ').trim()).map(({ id }) => id)
}

describe('the rules of the abilities and the authorisation table', () => {
  it('say the same of every operation', () => {
    const expected = Object.fromEntries(endpoints.map(({ id }) => [id, table[id]?.replace(/ +/g, ' ').trim()]))
    expect(Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, decide(endpoint)]))).toEqual(expected)
  })

  it('name only actions and subjects that abilities know', () => {
    for (const { access, id } of endpoints) {
      if (access.who !== 'staff') continue
      expect(actions, id).toContain(access.action)
      expect(subjects, id).toContain(access.subject)
    }
  })
  it('have no row that no longer is an operation', () => {
    const known = new Set(endpoints.map(({ id }) => id))
    expect(Object.keys(table).filter((id) => !known.has(id))).toEqual([])
    expect(differing(ruleBook)).toEqual([])
  })
})
