import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Locale, locales } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map((match) => match[1] ?? ''))].filter((name) => /^[a-z]/.test(name)).sort()

/**
 * What is wrong with a folder's messages: keys that differ, texts that do not parse, placeholders that are not in the English one,
 * and keys nobody uses.
 * @param folder whose sources are searched for the keys
 * @param built beginnings of keys that are put together from data (`status.`)
 */
export function messageProblems(messages: Record<Locale, Record<string, string>>, folder: string, built: readonly string[]): string[] {
  const problems: string[] = []
  const keys = Object.keys(messages.en).sort()
  for (const locale of locales) {
    if (Object.keys(messages[locale]).sort().join() !== keys.join()) problems.push(`${locale}: other keys`)
    for (const key of keys) {
      const text = messages[locale][key] ?? ''
      if (text === '') problems.push(`${locale} ${key}: empty`)
      try {
        new IntlMessageFormat(text, locale)
      } catch (error) {
        problems.push(`${locale} ${key}: ${String(error)}`)
      }
      const strange = placeholders(text).filter((name) => !placeholders(messages.en[key] ?? '').includes(name))
      if (strange.length > 0) problems.push(`${locale} ${key}: {${strange.join('} {')}}`)
    }
  }
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  for (const key of keys) if (!text.includes(`'${key}'`) && !built.some((prefix) => key.startsWith(prefix))) problems.push(`${key}: unused`)
  return problems
}
