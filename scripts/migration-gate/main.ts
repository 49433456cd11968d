import { join, resolve } from 'node:path'
import { root } from '../build/sources.ts'
import { checkJournal, describe } from './gate.ts'

// Refuses destructive or long-locking SQL in the data plane's expand migrations: `node scripts/migration-gate/main.ts [DIR]`,
// DIR being a folder with `migrations.json`. The registry is migrated while its only process stands still and is left out.

const dir = process.argv[2] === undefined ? join(root, 'data-plane') : resolve(process.argv[2])
const findings = await checkJournal(dir)
for (const finding of findings) process.stderr.write(`${describe(finding)}\n`)
process.stdout.write(findings.length === 0 ? 'migrations: nothing refused\n' : `migrations: ${findings.length} refused\n`)
if (findings.length > 0) process.exitCode = 1
