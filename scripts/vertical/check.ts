import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

// pnpm vertical:check [name]: proves that a vertical's folder is whole (data-plane/src/verticals.test.ts says what that means).
const root = resolve(import.meta.dirname, '../..')
const verticals = join(root, 'data-plane/verticals')
const name = process.argv[2]

if (name && !existsSync(join(verticals, name))) {
  const known = readdirSync(verticals).join(', ')
  console.error(`There is no vertical "${name}" in data-plane/verticals. There are: ${known}. \`pnpm vertical:new ${name}\` makes one.`)
  process.exit(1)
}
const { status } = spawnSync(join(root, 'node_modules/.bin/vitest'), ['run', '--project', 'unit', 'data-plane/src/verticals.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...(name && { VERTICAL: name }) },
})
process.exit(status ?? 1)
