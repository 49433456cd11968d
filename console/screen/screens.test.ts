import { readFileSync } from 'node:fs'
import type { AnyEndpoint } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { adminScreens } from '../admin/screens.ts'
import { fieldOf } from '../api/shape.ts'
import { operatorScreens } from '../operator/screens.ts'
import { type Messages, mergeMessages } from '../shell/messages.ts'
import { isScreen } from '../shell/verticals.ts'
import { declaredEndpoints } from '../test/preview.ts'
import { vendorScreens } from '../vendor/screens.ts'
import { verticalConsoles } from '../verticals.ts'
import { drawnColumns } from './columns.tsx'
import { filterInputs } from './filters.tsx'
import type { Screen } from './screen.ts'

const declared = new Set(declaredEndpoints)
const all: [string, Screen, string][] = [
  ...operatorScreens.map((screen): [string, Screen, string] => [`operator ${screen.name}`, screen, 'operator']),
  ...adminScreens.map((screen): [string, Screen, string] => [`admin ${screen.name}`, screen, 'tenant']),
  ...vendorScreens.map((screen): [string, Screen, string] => [`vendor ${screen.name}`, screen, 'tenant']),
]

for (const [code, { admin, vendor }] of Object.entries(verticalConsoles)) {
  for (const screen of (await admin()).parts.filter(isScreen)) all.push([`admin ${code} ${screen.name}`, screen, code])
  for (const screen of (await vendor()).parts.filter(isScreen)) all.push([`vendor ${code} ${screen.name}`, screen, code])
}

function endpointsOf(screen: Screen): AnyEndpoint[] {
  const { list, read, create, update, remove, actions } = screen.endpoints
  return [list, read, create, update, remove, ...Object.values(actions ?? {})].filter((endpoint) => endpoint !== undefined)
}

const file = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Messages
/** Texts as the console merges them: the common ones, the build's, the vertical's. */
const texts = (name: string): Messages => {
  const common = file('../i18n/en/common.json')
  if (name === 'operator')
    return mergeMessages(common, file('../i18n/en/operator.json'), file('../i18n/en/platform.json'), file('../i18n/en/upgrade.json'))
  if (name === 'tenant') return mergeMessages(common, file('../i18n/en/tenant.json'))
  return mergeMessages(common, file('../i18n/en/tenant.json'), file(`../../data-plane/verticals/${name}/console/i18n/en.json`))
}
const hasText = (tree: Record<string, unknown>, key: string): boolean =>
  typeof key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], tree) === 'string'

describe.each(all)('%s', (_, screen, build) => {
  const merged = texts(build)
  const known = (key: string) => hasText(merged, key)

  it('stands on endpoints of the contracts only', () => {
    expect(endpointsOf(screen).filter((endpoint) => !declared.has(endpoint))).toEqual([])
    expect(endpointsOf(screen).length).toBeGreaterThan(0)
  })

  it('shows, filters and asks for fields the contract has, each with a name', () => {
    const { list, read, create, update } = screen.endpoints
    const columns = [...(list ? drawnColumns(screen.columns, list) : []), ...(read && screen.facts ? drawnColumns(screen.facts, read) : [])]
    expect(columns.map((column) => column.label).filter((label) => !known(label))).toEqual([])
    if (list) filterInputs(list, screen.filters ?? [], screen.search, (key) => key)
    expect((screen.filters ?? []).filter((name) => !known(`field.${name}`))).toEqual([])
    const body = (update ?? create)?.body
    const asked = (screen.form ?? []).filter((field): field is string => typeof field === 'string')
    for (const field of asked) expect(fieldOf(body, field).name).toBe(field)
    expect(asked.filter((name) => !known(`field.${name}`))).toEqual([])
  })

  it('has a title, words for its empty list, and words for every verb', () => {
    const needed = ['title', 'empty', 'empty_text', 'create'].map((key) => `resources.${screen.name}.${key}`)
    const verbs = Object.keys(screen.endpoints.actions ?? {}).map((name) => `action.${name}`)
    const group = screen.menu?.group ? [`menu.${screen.menu.group}`] : []
    expect([...needed, ...verbs, ...group].filter((key) => !known(key))).toEqual([])
  })

  it('tabs are values of the list’s status filter', () => {
    if (!screen.tabs || !screen.endpoints.list) return
    const choices = fieldOf(screen.endpoints.list.query, 'status').choices
    expect(screen.tabs.values.filter((value) => !choices?.includes(value))).toEqual([])
  })
})
