import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Entry } from './layer.ts'

const execute = promisify(execFile)

/** The image cannot be made on this machine, and what to do about it. */
export class ImageRefusal extends Error {
  readonly advice: string[]

  constructor(message: string, ...advice: string[]) {
    super(message)
    this.advice = advice
  }
}

/** A Debian package whose files are part of the image. */
export interface DebianPackage {
  name: string
  version: string
  architecture: string
}

/** User and group of every process in the image. */
export const imageUser = 10_001

/** What Node needs of the system, and the certificates of the world's authorities. Small packages, no shell among them. */
const wanted = ['libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates'] as const
const library = /\/(ld-linux[^/]*|lib[^/]*)\.so(\.[0-9.]+)?$/
const leftOut = /\/gconv\/|\/audit\//
const bundle = '/etc/ssl/certs/ca-certificates.crt'

/**
 * The lowest layer: shared libraries as Debian's packages brought them to this machine, each file compared with the package's
 * own checksum, a user without rights, and the folders that processes expect.
 * @throws ImageRefusal on a machine without Debian's packages, or with changed ones
 */
export async function baseEntries(): Promise<{ entries: Entry[]; packages: DebianPackage[] }> {
  const packages: DebianPackage[] = []
  const entries = new Map<string, Entry>()
  const add = (entry: Entry) => entries.set(entry.path, entry)
  for (const name of wanted) {
    const found = await installed(name)
    packages.push(found)
    for (const entry of await filesOf(found)) add(entry)
  }
  add({ path: bundle.slice(1), kind: 'file', from: bundle })
  for (const folder of ['lib', 'lib64', 'bin', 'sbin']) add({ path: folder, kind: 'link', to: `usr/${folder}` })
  const ids = `${imageUser}:${imageUser}`
  add({
    path: 'etc/passwd',
    kind: 'text',
    text: `root:x:0:0:root:/:/usr/sbin/nologin\ncityos:x:${ids}:CityOS:/var/lib/cityos:/usr/sbin/nologin\n`,
  })
  add({ path: 'etc/group', kind: 'text', text: `root:x:0:\ncityos:x:${imageUser}:\n` })
  add({ path: 'etc/nsswitch.conf', kind: 'text', text: 'hosts: files dns\n' })
  add({ path: 'etc/os-release', kind: 'file', from: await realpath('/etc/os-release') })
  for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib64', 'proc', 'sys', 'dev', 'etc/cityos', 'opt/cityos'])
    add({ path: folder, kind: 'folder' })
  add({ path: 'tmp', kind: 'folder', mode: 0o1777 })
  add({ path: 'var/lib/cityos', kind: 'folder', mode: 0o750, owner: imageUser })
  return { entries: [...entries.values()], packages }
}

/** @param node the program itself: the one that runs this, which the launcher has pinned */
export async function nodeEntries(node: string): Promise<Entry[]> {
  const from = await realpath(node)
  const licence = join(dirname(from), '..', 'LICENSE')
  return [
    { path: 'usr/local/bin/node', kind: 'file', from, mode: 0o755 },
    ...(existsSync(licence) ? [{ path: 'usr/share/doc/nodejs/LICENSE', kind: 'file' as const, from: licence }] : []),
  ]
}

async function installed(name: string): Promise<DebianPackage> {
  const format = ['binary:Package', 'Version', 'Architecture', 'db:Status-Status']
    .map((field) => `$\{${field}}`)
    .join('\t')
    .concat('\n')
  const answer = await execute('dpkg-query', ['-W', `-f=${format}`, name]).catch(() => null)
  const line = answer?.stdout
    .split('\n')
    .map((each) => each.split('\t'))
    .find((fields) => fields[3] === 'installed')
  if (!line)
    throw new ImageRefusal(
      `The image takes its system libraries from Debian's packages, and ${name} is not installed here.`,
      `On Debian or Ubuntu: apt-get install ${wanted.join(' ')}.`,
      'Elsewhere: docker build -t cityos . (the Dockerfile at the top of the checkout makes the same image).',
    )
  const [full, version, architecture] = line as [string, string, string]
  return { name: full.split(':')[0]!, version, architecture }
}

async function filesOf({ name, version }: DebianPackage): Promise<Entry[]> {
  const listed = (await lines('dpkg-query', ['-L', name])).filter((path) => library.test(path) && !leftOut.test(path))
  const checksums = await checksumsOf(name)
  const entries: Entry[] = []
  const copyright = `/usr/share/doc/${name}/copyright`
  for (const path of [...listed, ...(existsSync(copyright) ? [copyright] : [])]) {
    const place = join(await realpath(dirname(path)), basename(path))
    const entry = { path: place.slice(1) }
    const found = await lstat(place).catch(() => null)
    if (found?.isSymbolicLink()) entries.push({ ...entry, kind: 'link', to: await readlink(place) })
    else if (found?.isFile()) {
      await requireUnchanged(place, checksums.get(path.slice(1)), `${name} ${version}`)
      entries.push({ ...entry, kind: 'file', from: place, mode: found.mode & 0o111 ? 0o755 : 0o644 })
    }
  }
  return entries
}

/** The loader's own symbolic link in /lib64 is not in the package's list of checksums. */
async function checksumsOf(name: string): Promise<Map<string, string>> {
  const [path] = (await lines('dpkg-query', ['--control-path', name, 'md5sums'])).filter(Boolean)
  const text = path ? await readFile(path, 'utf8') : ''
  return new Map(text.split('\n').flatMap((line) => (line ? [[line.slice(34), line.slice(0, 32)] as [string, string]] : [])))
}

async function requireUnchanged(path: string, expected: string | undefined, owner: string): Promise<void> {
  if (expected === undefined) return
  const actual = createHash('md5')
    .update(await readFile(path))
    .digest('hex')
  if (actual !== expected)
    throw new ImageRefusal(
      `${path} is not as the package ${owner} brought it.`,
      `Install that package again: apt-get install --reinstall ${owner.split(' ')[0]}.`,
    )
}

async function lines(command: string, args: string[]): Promise<string[]> {
  const { stdout } = await execute(command, args)
  return stdout.split('\n').filter((line) => line !== '' && line !== '/.')
}
