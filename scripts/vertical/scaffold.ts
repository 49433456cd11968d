import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a new vertical is called, in its three languages. */
export interface Titles {
  en: string
  fr: string
  ar: string
}

/** The names a vertical goes by, all from its code: `pet-service` → prefix `pet`, `petService`, `Pet`. */
export function namesOf(code: string) {
  const [prefix = '', ...rest] = code.split('-')
  const camel = prefix + rest.map(capital).join('')
  return { code, prefix, camel, pascal: capital(prefix), ids: prefix.slice(0, 3) }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const codePattern = /^[a-z]{3,}(?:-[a-z]+)*$/

/**
 * Copies the template to `data-plane/verticals/<code>` under its new names and registers it: server, contract and shop pages,
 * and, when the name is new to the platform, its list of verticals and the word for it in the consoles. Consoles find their
 * screens in the folder.
 * @param root the checkout
 * @returns the files that were written or changed, relative to `root`
 * @throws Error when the name is malformed or taken; nothing has been written then
 */
export function scaffold(root: string, code: string, titles: Titles): string[] {
  const names = namesOf(code)
  const folder = `data-plane/verticals/${code}`
  if (!codePattern.test(code)) throw new Error(`"${code}" is no name for a vertical: small letters and single hyphens, e.g. laundry`)
  if (existsSync(join(root, folder))) throw new Error(`${folder} is there already`)
  const taken = readdirSync(join(root, 'data-plane/verticals')).find((other) => namesOf(other).prefix === names.prefix)
  if (taken) throw new Error(`"${names.prefix}" is what tables and events of ${taken} begin with: choose another first word`)

  cpSync(join(root, 'data-plane/template/sample-trade'), join(root, folder), { recursive: true })
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    writeFileSync(path, renamed(readFileSync(path, 'utf8'), names, titles))
    if (entry.name.includes('sample')) renameSync(path, join(entry.parentPath, renamed(entry.name, names, titles)))
  }
  return [folder, ...register(root, names, titles)]
}

const platformList = 'contract/src/vertical.ts'

/** What the platform calls a vertical already; null for a name that is new to it. */
export function knownTitles(root: string, code: string): Titles | null {
  const [, en, fr, ar] =
    new RegExp(`vertical\\('${code}', '([^']+)', '([^']+)', '([^']+)'\\)`).exec(readFileSync(join(root, platformList), 'utf8')) ?? []
  return en && fr && ar ? { en, fr, ar } : null
}

function renamed(text: string, { code, prefix, camel, pascal, ids }: ReturnType<typeof namesOf>, titles: Titles): string {
  return text
    .replaceAll('Samples', titles.en)
    .replaceAll('Échantillons', titles.fr)
    .replaceAll('عينات', titles.ar)
    .replaceAll('sample-trade', code)
    .replaceAll('sampleTrade', camel)
    .replaceAll('smpo', `${ids}o`)
    .replaceAll('smpp', `${ids}p`)
    .replaceAll('Sample', pascal)
    .replaceAll('sample', prefix)
}

function register(root: string, { code, camel }: ReturnType<typeof namesOf>, titles: Titles): string[] {
  const changed: string[] = []
  const change = (file: string, edit: (text: string) => string) => {
    const path = join(root, file)
    const text = readFileSync(path, 'utf8')
    const next = edit(text)
    if (next === text) throw new Error(`${file} looks different from what it was: the line for ${code} has to be added by hand`)
    writeFileSync(path, next)
    changed.push(file)
  }
  change('data-plane/src/verticals.ts', (text) =>
    withImport(text, `import { ${camel} } from '../verticals/${code}/server/${code}.module.ts'`).replace(
      /\[([^[\]]+)\]\s*$/,
      `[$1, ${camel}]\n`,
    ),
  )
  change('data-plane/src/contract.ts', (text) => `${text.trimEnd()}\nexport * from '../verticals/${code}/contract.ts'\n`)
  change('data-plane/src/vertical-pages.ts', (text) =>
    withImport(text, `import { ${camel}Pages } from '../verticals/${code}/storefront/index.ts'`).replace(
      /\[([^[\]]+)\]\s*$/,
      `[$1, ${camel}Pages]\n`,
    ),
  )
  if (!readFileSync(join(root, platformList), 'utf8').includes(`vertical('${code}',`)) {
    const line = `  vertical('${code}', ${[titles.en, titles.fr, titles.ar].map((title) => JSON.stringify(title)).join(', ')}),\n`
    for (const locale of ['en', 'fr', 'ar'] as const) {
      change(`console/i18n/${locale}/tenant.json`, (text) => {
        const words = JSON.parse(text) as { vertical: Record<string, string> }
        words.vertical[code] = titles[locale]
        return `${JSON.stringify(words, null, 2)}\n`
      })
    }
    change(platformList, (text) => text.replace(/(\n)(\]\n\nexport const verticalCodes)/, `$1${line}$2`))
  }
  return changed
}

/** After the last import; the formatter puts it in its place. */
function withImport(text: string, line: string): string {
  const last = text.lastIndexOf('\nimport ')
  const end = text.indexOf('\n', last + 1)
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`
}
