import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { damagedFile, readReleaseFolder } from '../../provisioning/release-folder.ts'
import { withLock } from '../build/lock.ts'
import { root } from '../build/sources.ts'
import { checkJournal, describe } from '../migration-gate/gate.ts'
import { changelogOf } from './changelog.ts'
import { buildCheckout } from './checkout.ts'
import { requireAppended } from './history.ts'
import { StoreRefusal, storedReleases, storeRelease } from './store.ts'

// Builds a checkout (or takes a finished build), runs the migration gate over it and puts it into a platform's store of
// releases: `node scripts/release/main.ts --store DIR [--from CHECKOUT | --built DIR] [--in-use VERSION …]`. Prints one JSON document:
// the release, or `{"refused": …, "advice": […]}` with exit code 1. What happens meanwhile goes to standard error.

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    from: { type: 'string' },
    built: { type: 'string' },
    /** A release that tenants are on: the journals of the two must be one line. */
    'in-use': { type: 'string', multiple: true, default: [] },
  },
})
const say = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  if (!values.store) throw new StoreRefusal('No store was named.', 'Give it with --store DIR.')
  const store = resolve(values.store)
  process.stdout.write(
    `${JSON.stringify(
      await withLock(
        `${store}/.lock`,
        () => say('waiting for another build'),
        () => build(store),
      ),
    )}\n`,
  )
} catch (error) {
  if (!(error instanceof StoreRefusal)) throw error
  process.stdout.write(`${JSON.stringify({ refused: error.message, advice: error.advice })}\n`)
  process.exitCode = 1
}

async function build(store: string) {
  const checkout = values.built === undefined ? resolve(values.from ?? root) : null
  const dir = checkout === null ? resolve(values.built!) : await buildCheckout(checkout, say)
  const manifest = await readReleaseFolder(dir)
  if (!manifest) throw new StoreRefusal(`${dir} holds no release.`, 'It needs a release.json: build it with scripts/build.ts.')
  const present = await storedReleases(store)
  if (!present.some((release) => release.manifest.version === manifest.version)) {
    await requireSafeMigrations(dir)
    requireAppended(
      manifest,
      present.filter((release) => values['in-use'].includes(release.manifest.version)),
    )
  }
  const stored = await storeRelease(dir, store, (fresh, earlier) => changelogOf(fresh, earlier, checkout, dir))
  const damaged = await damagedFile(stored.dir, stored.manifest)
  if (damaged !== null)
    throw new StoreRefusal(`${stored.dir} is damaged: ${damaged} is missing or was changed.`, 'Remove that folder and build again.')
  const { version, schema, built_at, migrations, upgrade_from, protocol, commit } = stored.manifest
  return { version, schema, dir: stored.dir, fresh: stored.fresh, built_at, commit, protocol, upgrade_from, migrations }
}

/** @throws StoreRefusal naming every line that is refused, with the safe way */
async function requireSafeMigrations(dir: string): Promise<void> {
  const findings = await checkJournal(`${dir}/migrations`)
  if (findings.length === 0) return
  const count = findings.length === 1 ? 'a statement' : `${findings.length} statements`
  throw new StoreRefusal(`The migration gate refuses ${count}.`, ...findings.flatMap((finding) => describe(finding).split('\n')))
}
