import { type AnyEndpoint, isEndpoint, type StaffRole } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import * as contract from '../contract.ts'
import * as signIn from '../sign-in/sign-in.contract.ts'
import { type Action, actions, type Rule, type RuleBook, ruleBook, type Subject, subjects } from './ability.ts'
import { decide, roleLetters } from './authorisation.decision.ts'
import { table } from './authorisation.table.ts'

/** Every operation the contracts of the plane declare, also those kept together in one value. */
function endpointsIn(value: unknown, depth = 0): AnyEndpoint[] {
  if (isEndpoint(value)) return [value]
  if (typeof value !== 'object' || value === null || depth > 3 || '_zod' in value) return []
  return Object.values(value).flatMap((part) => endpointsIn(part, depth + 1))
}
const endpoints = [...new Map([contract, signIn].flatMap((module) => endpointsIn({ ...module })).map((one) => [one.id, one])).values()]

const committed = (id: string) => table[id]?.replace(/ +/g, ' ').trim()

describe('the rules of the abilities and the authorisation table', () => {
  it('say the same of every operation', () => {
    expect(Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, decide(endpoint)]))).toEqual(
      Object.fromEntries(endpoints.map(({ id }) => [id, committed(id)])),
    )
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
  })
})

type Part = keyof RuleBook

/** Every rule of the book by its place. */
const places = (Object.keys(ruleBook) as Part[]).flatMap((part) =>
  (Object.keys(ruleBook[part]) as StaffRole[]).flatMap((role) => ruleBook[part][role]!.map((rule, index) => ({ part, role, index, rule }))),
)
type Place = (typeof places)[number]

/** The book with other rules in place of one. */
function replaced({ part, role, index }: Place, rules: readonly Rule[]): RuleBook {
  return {
    ...ruleBook,
    [part]: { ...ruleBook[part], [role]: ruleBook[part][role]!.flatMap((rule, at) => (at === index ? rules : [rule])) },
  }
}

const all = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])
const nameOf = ({ part, role, rule }: Place) => `${part} ${role}: ${all(rule[0]).join('+')} ${all(rule[1]).join('+')}`

/** One operation for each pair of action and subject: all with the same access have the same row. */
const pairs = [
  ...new Map(endpoints.filter(({ access }) => access.who === 'staff').map((one) => [JSON.stringify(one.access), one])).values(),
]
const differs = (book: RuleBook, asked = pairs) => asked.some((endpoint) => decide(endpoint, book) !== committed(endpoint.id))

/** A rule in its smallest parts, with the operation that each is about; parts no operation asks for yet are left out. */
function partsOf({ rule }: Place) {
  return all(rule[0]).flatMap((action) =>
    all(rule[1]).flatMap((subject) => {
      const endpoint = pairs.find(({ access }) => access.who === 'staff' && access.action === action && access.subject === subject)
      return endpoint ? [{ action, subject, endpoint }] : []
    }),
  )
}
/** The rule without one of its parts, which a changed one may follow. */
function without({ rule }: Place, action: Action, subject: Subject): readonly Rule[] {
  return all(rule[0]).flatMap((one) =>
    all(rule[1]).flatMap((other): Rule[] => (one === action && other === subject ? [] : [rule[2] ? [one, other, rule[2]] : [one, other]])),
  )
}

describe('a changed rule changes the table (mutation test)', () => {
  it('when it is replaced by `true`: every action on every subject', () => {
    const survivors = places.filter((place) => place.role !== 'super-admin' && !differs(replaced(place, [[actions, subjects]])))
    expect(survivors.map(nameOf)).toEqual([])
  })

  it('when its actions are replaced by all, or its subjects', () => {
    const changed = places.filter(({ role }) => role !== 'super-admin')
    const survivors = changed.flatMap((place) =>
      [[place.rule[0], subjects, ...rest(place)] as Rule, [actions, place.rule[1], ...rest(place)] as Rule]
        .filter((rule) => widens(place, rule) && !differs(replaced(place, [rule])))
        .map((rule) => `${nameOf(place)} → ${all(rule[0]).length} actions on ${all(rule[1]).length} subjects`),
    )
    expect(survivors).toEqual([])
  })

  it('when the condition of one of its parts is dropped: what held for a tenant or a node subtree holds everywhere', () => {
    const survivors = places
      .filter(({ part, rule }) => part !== 'cityWide' && !rule[2])
      .flatMap((place) =>
        partsOf(place)
          .filter(
            ({ action, subject, endpoint }) =>
              !differs(replaced(place, [...without(place, action, subject), [action, subject, 'everywhere']]), [endpoint]),
          )
          .map(({ action, subject }) => `${place.part} ${place.role}: ${action} ${subject}`),
      )
    expect(survivors).toEqual([])
  })

  it('when one of its parts is taken away', () => {
    const survivors = places.flatMap((place) =>
      partsOf(place)
        .filter(({ action, subject, endpoint }) => !differs(replaced(place, without(place, action, subject)), [endpoint]))
        .map(({ action, subject }) => `${place.part} ${place.role}: ${action} ${subject}`),
    )
    expect(survivors).toEqual([])
  })
})

/** Whether a wider rule would open an operation that the role cannot call yet by another rule. */
function widens({ part, role }: Place, [action, subject]: Rule): boolean {
  const letter = roleLetters.find(([name]) => name === role)![1]
  const group = part === 'ofTenant' ? 2 : 1
  return pairs.some(
    ({ access, id }) =>
      access.who === 'staff' &&
      all<string>(action).includes(access.action) &&
      all<string>(subject).includes(access.subject) &&
      !committed(id)!.split(' ')[group]!.includes(letter),
  )
}

function rest({ rule }: Place): ['everywhere'?] {
  return rule[2] ? [rule[2]] : []
}
