import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnyEndpoint, locales } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../api/shape.ts'
import { isScreen } from '../shell/verticals.ts'
import { verticalConsoles } from '../verticals.ts'

const here = new URL('..', import.meta.url).pathname

function flatten(tree: object, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value as object, `${prefix}${key}.`),
  )
}
const messages = (path: string) => new Map(flatten(JSON.parse(readFileSync(path, 'utf8')) as object))
const placeholders = (text: string) => [...new Set(text.match(/%\{\w+\}/g) ?? [])].sort().join()

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.includes('.test.'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('\n')
}

describe.each(Object.entries(verticalConsoles))('texts of %s in the consoles', (code, source) => {
  const folder = join(here, '../data-plane/verticals', code, 'console')
  const own = (locale: string) => messages(join(folder, 'i18n', `${locale}.json`))
  const known = () =>
    new Map([...messages(join(here, 'i18n/en/common.json')), ...messages(join(here, 'i18n/en/tenant.json')), ...own('en')])

  it('has the same keys and values in every language, none empty; Arabic plurals have six forms', () => {
    const english = own('en')
    for (const locale of locales) {
      const texts = own(locale)
      expect([...texts.keys()].sort(), locale).toEqual([...english.keys()].sort())
      expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([])
      for (const [key, text] of texts) {
        if (!text.includes('||||')) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')])
        else if (locale === 'ar') expect([key, text.split('||||').length]).toEqual([key, 6])
      }
    }
  })

  it('every key written in its screens exists', () => {
    const words = new Set([...known().keys()].map((key) => key.split('.')[0]))
    const texts = known()
    const used = [...sources(folder).matchAll(/'([a-z_]+(?:\.[a-z0-9_-]+)+)'/g)].map((match) => match[1] as string)
    const keys = [...new Set(used)].filter(
      (key) => words.has(key.split('.')[0]) && !/\.(main|primary|secondary|paper|default|hover|selected)$/.test(key),
    )
    expect(keys.filter((key) => !texts.has(key))).toEqual([])
  })

  it('every choice a screen shows or asks for has a word, and so has every verb', async () => {
    const texts = known()
    const missing = new Set<string>()
    for (const side of ['admin', 'vendor'] as const) {
      const { parts } = await source[side]()
      for (const part of parts.filter(isScreen)) {
        const { list, read, create, update, actions = {} } = part.endpoints
        const verbs = Object.entries(actions)
        for (const [name] of verbs) if (!texts.has(`action.${name}`)) missing.add(`action.${name}`)
        const shapes = [
          list?.response,
          list?.query,
          read?.response,
          create?.body,
          update?.body,
          ...verbs.map(([, verb]) => (verb as AnyEndpoint).body),
        ]
        for (const field of shapes.filter(Boolean).flatMap((schema) => fieldsOf(schema))) {
          for (const choice of field.choices ?? []) {
            const key = field.kind === 'status' ? `status.${choice}` : `choice.${field.name}.${choice}`
            if (!texts.has(key) && !texts.has(`status.${choice}`)) missing.add(key)
          }
        }
      }
    }
    expect([...missing].sort()).toEqual([])
  })
})
