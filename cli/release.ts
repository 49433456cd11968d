import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkout, type DataDirectory } from './data-directory.ts'
import { Failure } from './failure.ts'

export interface BuiltRelease {
  version: string
  dir: string
}

/** The build of CITYOS_RELEASE where that is set (a folder), else this checkout's, built now. */
export async function findRelease(onLine: (line: string) => void): Promise<BuiltRelease> {
  const given = process.env['CITYOS_RELEASE']
  if (!given) return buildRelease(onLine)
  const manifest = join(given, 'release.json')
  if (!existsSync(manifest))
    throw new Failure(`CITYOS_RELEASE names ${given}, which holds no release.`, 'Build one (node scripts/build.ts), or unset the variable.')
  return { dir: given, version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version }
}

/** Builds this checkout's release; takes a moment when nothing changed. `onLine` gets what the build says. */
async function buildRelease(onLine: (line: string) => void): Promise<BuiltRelease> {
  const child = spawn(process.execPath, [join(checkout, 'scripts/build.ts'), '--json'], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let result = ''
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (result += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const line of chunk.toString().split('\n').filter(Boolean)) onLine(line)
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Failure('The release could not be built.', ...said.trim().split('\n').slice(-15))
  return JSON.parse(result) as BuiltRelease
}

/** Puts a copy of the build beside the data, where it stays as long as a tenant runs it. Returns that copy. */
export function installRelease(data: DataDirectory, built: BuiltRelease): BuiltRelease {
  const dir = join(data.path, 'releases', built.version)
  if (!existsSync(join(dir, 'release.json'))) {
    const partial = `${dir}.${process.pid}`
    mkdirSync(join(data.path, 'releases'), { recursive: true })
    rmSync(partial, { recursive: true, force: true })
    cpSync(built.dir, partial, { recursive: true })
    rmSync(dir, { recursive: true, force: true })
    renameSync(partial, dir)
  }
  const installed = JSON.parse(readFileSync(join(dir, 'release.json'), 'utf8')) as { version: string }
  return { version: installed.version, dir }
}
