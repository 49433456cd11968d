import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mergedModels, root, templateModels, wholeSchema } from './modules.ts'

// usage: pnpm --filter @cityos/data-plane generate
// Merged schema of all modules → Kysely types in generated/db.ts. Does nothing when the schema has not changed.

const require = createRequire(import.meta.url)
const output = join(root, 'generated')

function main(): void {
  const models = `${mergedModels()}\n// template\n${templateModels()}`
  const stamp = join(output, 'schema.prisma')
  if (existsSync(stamp) && existsSync(join(output, 'db.ts')) && readFileSync(stamp, 'utf8') === models) return
  mkdirSync(output, { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'cityos-schema-'))
  try {
    writeFileSync(join(work, 'schema.prisma'), `${generator(work)}\n${wholeSchema(models)}`)
    const prisma = join(dirname(require.resolve('prisma/package.json')), 'build/index.js')
    // The engine binary is never used to generate; naming one that exists keeps Prisma from downloading it.
    execFileSync(process.execPath, [prisma, 'generate', '--schema', join(work, 'schema.prisma')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    })
    writeFileSync(join(output, 'db.ts'), readFileSync(join(work, 'db.ts'), 'utf8'))
    writeFileSync(stamp, models)
    console.log('generated/db.ts written')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function generator(folder: string): string {
  const bin = join(dirname(require.resolve('prisma-kysely')), 'bin.js')
  return `generator kysely {
  provider               = "node ${bin}"
  output                 = "${folder}"
  fileName               = "db.ts"
  bigIntTypeOverride     = "number"
  jsonTypeOverride       = "Json"
  exportWrappedTypes     = false
  banner                 = "import type { ColumnType as Column } from 'kysely'\\n/** Comes back parsed; is written as JSON text: jsonb(value). */\\nexport type Json = Column<unknown, string, string>"
}
`
}

main()
