import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterEach, expect, it } from 'vitest'
import { baseEntries, imageUser } from './base.ts'
import { buildImages } from './build.ts'
import { type ImagePlan, qualified, tagOf, writeArchive, writeImage } from './image.ts'
import { basenameOf, digestOf, type Entry, writeLayer } from './layer.ts'

const folders: string[] = []
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'cityos-oci-'))
  folders.push(made)
  return made
}
afterEach(async () => {
  for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true })
})
const time = new Date('2026-01-02T03:04:05Z')

interface Found {
  name: string
  type: string
  mode: number
  uid: number
  mtime: string
  link: string
  content: Buffer
}

/** What a tar holds, in order. */
async function contentOf(tar: Buffer): Promise<Found[]> {
  const found: Found[] = []
  const reader = extract()
  reader.end(tar)
  for await (const entry of reader) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, type, mode, uid, mtime, linkname } = entry.header
    const head = { name, type: type ?? '', mode: mode ?? 0, uid: uid ?? 0, mtime: mtime?.toISOString() ?? '', link: linkname ?? '' }
    found.push({ ...head, content: Buffer.concat(chunks) })
  }
  return found
}

async function plan(blobs: string, text = 'shop'): Promise<ImagePlan> {
  const layer = await writeLayer([{ path: 'opt/cityos/a.mjs', kind: 'text', text }], 'a shop', blobs, time)
  const common = { version: '0.1.0+3f2a91c', commit: 'abc', createdAt: time, title: 'Shop' }
  return { ...common, name: `cityos:${tagOf('0.1.0+3f2a91c')}`, layers: [layer], command: ['node', '/opt/cityos/a.mjs'] }
}

it('a layer is the same bytes for the same contents, in whatever order and whenever they were written', async () => {
  const [one, two] = [await folder(), await folder()]
  const from = join(one, 'file')
  await writeFile(from, 'bytes')
  const entries: Entry[] = [
    { path: 'opt/cityos/b.txt', kind: 'file', from, mode: 0o755 },
    { path: 'opt/a', kind: 'link', to: 'cityos/b.txt' },
    { path: 'var/lib/cityos', kind: 'folder', mode: 0o750, owner: imageUser },
  ]
  const first = await writeLayer(entries, 'x', one, time)
  await utimes(from, new Date(0), new Date(0))
  const second = await writeLayer([...entries].reverse(), 'x', two, time)
  expect(second).toEqual(first)
  const blob = await readFile(join(one, basenameOf(first.digest)))
  expect([digestOf(blob), blob.length, digestOf(gunzipSync(blob))]).toEqual([first.digest, first.size, first.diffId])
  const found = await contentOf(gunzipSync(blob))
  expect(found.map(({ name, type, mode, uid }) => [name.replace(/\/$/, ''), type, mode, uid])).toEqual([
    ['opt', 'directory', 0o755, 0],
    ['opt/a', 'symlink', 0o777, 0],
    ['opt/cityos', 'directory', 0o755, 0],
    ['opt/cityos/b.txt', 'file', 0o755, 0],
    ['var', 'directory', 0o755, 0],
    ['var/lib', 'directory', 0o755, 0],
    ['var/lib/cityos', 'directory', 0o750, imageUser],
  ])
  expect(new Set(found.map((each) => each.mtime))).toEqual(new Set([time.toISOString()]))
})

it('two entries of one path are refused', async () => {
  const twice: Entry[] = [
    { path: 'a', kind: 'text', text: '1' },
    { path: 'a', kind: 'text', text: '2' },
  ]
  await expect(writeLayer(twice, 'x', await folder(), time)).rejects.toThrow('a is twice in the layer')
})

it('an archive names its images, holds what they share once, and every blob is what its name says', async () => {
  const blobs = await folder()
  const data = await plan(blobs)
  const images = [await writeImage(data, blobs), await writeImage({ ...data, name: 'cityos-control-plane:0.1.0-3f2a91c' }, blobs)]
  const file = join(blobs, 'out/images.tar')
  await writeArchive(images, blobs, file)
  const found = await contentOf(await readFile(file))
  const read = (name: string) => JSON.parse(String(found.find((each) => each.name === name)?.content)) as Record<string, never>
  expect(read('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' })
  const { manifests } = read('index.json') as unknown as { manifests: { digest: string; annotations: Record<string, string> }[] }
  expect(manifests.map((each) => each.annotations['io.containerd.image.name'])).toEqual([
    'docker.io/library/cityos:0.1.0-3f2a91c',
    'docker.io/library/cityos-control-plane:0.1.0-3f2a91c',
  ])
  const stored = found.filter((each) => each.name.startsWith('blobs/'))
  expect(stored.map((each) => digestOf(each.content))).toEqual(stored.map((each) => `sha256:${each.name.slice('blobs/sha256/'.length)}`))
  // Both images are of one release: configuration and layer are shared, and so is all the rest.
  expect(stored).toHaveLength(3)
  const manifest = read(`blobs/sha256/${basenameOf(manifests[0]!.digest)}`) as unknown as { config: { digest: string } }
  expect(read(`blobs/sha256/${basenameOf(manifest.config.digest)}`)).toMatchObject({
    config: { User: `${imageUser}:${imageUser}`, Cmd: ['node', '/opt/cityos/a.mjs'], WorkingDir: '/opt/cityos' },
    rootfs: { diff_ids: [data.layers[0]!.diffId] },
  })
})

it('an image has another digest when anything in it is another', async () => {
  const blobs = await folder()
  const digests = [await plan(blobs), await plan(blobs), await plan(blobs, 'market')].map((each) => writeImage(each, blobs))
  const [first, again, other] = await Promise.all(digests)
  expect([again!.digest === first!.digest, other!.digest === first!.digest]).toEqual([true, false])
})

it('names without a registry are Docker’s own, as container runtimes read them', () => {
  expect(['cityos:1', 'city/cityos:1', 'localhost/cityos:1', 'registry.example.com/cityos:1', 'host:5000/cityos:1'].map(qualified)).toEqual(
    ['docker.io/library/cityos:1', 'docker.io/city/cityos:1', 'localhost/cityos:1', 'registry.example.com/cityos:1', 'host:5000/cityos:1'],
  )
})

it('a folder without a release, and a release with a changed file, are refused with what to do', async () => {
  const releaseDir = await folder()
  const request = { releaseDir, repository: 'cityos', programs: null, work: await folder(), out: join(releaseDir, 'x.tar') }
  await expect(buildImages(request)).rejects.toMatchObject({ message: `${releaseDir} holds no release.` })
  await writeFile(join(releaseDir, 'a.mjs'), 'changed')
  await writeFile(join(releaseDir, 'release.json'), JSON.stringify({ version: '0.1.0+1', schema: 's', checksums: { 'a.mjs': '0' } }))
  await expect(buildImages(request)).rejects.toMatchObject({
    message: 'a.mjs of this release is missing or was changed.',
    advice: ['Build it again: ./cityos release build.'],
  })
})

it.skipIf(!existsSync('/usr/bin/dpkg-query'))('the base holds what Node is linked with, and no shell', async () => {
  const { entries, packages } = await baseEntries()
  expect(packages.map((each) => each.name)).toEqual(['libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates'])
  const { stdout } = await promisify(execFile)('ldd', [process.execPath])
  const needed = stdout.split('\n').flatMap((line) => / => (\S+) \(/.exec(line)?.[1] ?? /^\s+(\/\S+) \(/.exec(line)?.[1] ?? [])
  const names = new Set(entries.map((entry) => entry.path.split('/').at(-1)))
  expect(needed.map((path) => path.split('/').at(-1)!).filter((name) => !names.has(name))).toEqual([])
  expect(needed.length).toBeGreaterThan(4)
  expect(entries.filter((entry) => /(^|\/)(sh|bash|busybox)$/.test(entry.path))).toEqual([])
})
