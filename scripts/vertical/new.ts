import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { knownTitles, scaffold } from './scaffold.ts'

// pnpm vertical:new laundry [--engine capacity] [--title "Laundry" --title-fr "Blanchisserie" --title-ar "مغسلة"]
// Makes a whole small vertical out of data-plane/template: folder, migration, registration, authorisation table.
const root = resolve(import.meta.dirname, '../..')

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'capacity' },
    title: { type: 'string' },
    'title-fr': { type: 'string' },
    'title-ar': { type: 'string' },
  },
})
const [name] = positionals
if (!name || positionals.length > 1) fail('usage: pnpm vertical:new <name> [--engine capacity] [--title … --title-fr … --title-ar …]')
if (values.engine !== 'capacity') fail(`There is no engine "${values.engine}". There is: capacity.`)

try {
  const known = knownTitles(root, name)
  const en = values.title ?? known?.en ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
  const titles = { en, fr: values['title-fr'] ?? known?.fr ?? en, ar: values['title-ar'] ?? known?.ar ?? en }
  const written = scaffold(root, name, titles)

  const folder = join(root, 'data-plane/verticals', name)
  run('data-plane', process.execPath, 'schema/new-migration.ts', `verticals/${name}`, 'init')
  const byHand = join(folder, 'by-hand.sql')
  appendFileSync(join(folder, 'migrations/0001_init.sql'), readFileSync(byHand, 'utf8'))
  rmSync(byHand)
  run('data-plane', process.execPath, 'schema/generate.ts')
  run('.', 'node_modules/.bin/biome', 'check', '--write', ...written)
  run('.', 'node_modules/.bin/vitest', 'run', '--project', 'unit', 'data-plane/src/access/authorisation.test.ts', '--update')
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}

console.log(`
data-plane/verticals/${name} is there and registered. Now:
  pnpm vertical:check ${name}
  node_modules/.bin/vitest run --project unit data-plane/verticals/${name}
Read every new line of data-plane/src/access/authorisation.txt before you commit it. docs/add-a-vertical.md says what comes next.`)

function run(folder: string, command: string, ...args: string[]): void {
  const { status } = spawnSync(command.startsWith('node_modules') ? join(root, command) : command, args, {
    cwd: join(root, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
