import { resolve } from 'node:path'
import {
  diffReleases,
  listReleases,
  type Release,
  type ReleaseDetail,
  readRelease,
  readReleaseComponents,
  registerRelease,
  yankRelease,
} from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf, sessionOf } from './command.ts'
import { checkData } from './data-directory.ts'
import { Failure } from './failure.ts'
import { readNode } from './node.ts'
import { Progress, printFacts, printJson, printTable, say } from './output.ts'
import { type ImageOptions, imagesOf, refuseWithoutImages } from './release-images.ts'
import { storeCheckout } from './release-store.ts'

interface BuildOptions extends CommonOptions, ImageOptions {
  from?: string
  oci?: boolean
}

/**
 * Builds a checkout into an immutable release and registers it. Without a running platform it is stored, and taken in when
 * the platform starts. With `--oci`, container images of it are made beside.
 */
export async function build(options: BuildOptions): Promise<void> {
  refuseWithoutImages(options)
  const data = dataOf(options)
  checkData(data)
  const session = (await readNode(data)) === null ? null : await sessionOf(options)
  const known = session ? (await session.call(listReleases, { query: { limit: 100 } })).items : []
  const inUse = known.flatMap((each) => (each.tenants > 0 ? [each.version] : []))
  const source = options.from === undefined ? undefined : resolve(options.from)
  const progress = new Progress()
  progress.start('build the release')
  const stored = await storeCheckout(data, source, inUse, (line) => progress.note(line)).catch((error: unknown) => {
    progress.fail()
    throw error
  })
  progress.done(`release ${stored.version}${stored.fresh ? '' : ', which is there already'}`)
  const registered = session !== null
  const release = session ? await session.call(registerRelease, { body: { dir: stored.dir } }) : null
  if (release?.status === 'yanked')
    throw new Failure(`Release ${release.version} was yanked: ${release.yanked?.reason ?? ''}`, 'Change something, and build again.')
  const oci = options.oci ? await imagesOf(data, stored, options, progress) : undefined
  const { version, schema, dir, commit, protocol, upgrade_from, migrations } = stored
  const facts = { version, schema, dir, commit, protocol, upgrade_from, migrations, built_at: stored.built_at }
  if (options.json) return printJson({ ...facts, status: 'available', registered, fresh: stored.fresh, ...(oci ? { oci } : {}) })
  printFacts({ release: version, schema, folder: dir, commit, archive: oci?.file })
  for (const { name, digest, bytes } of oci?.images ?? []) printFacts({ image: name, digest, size: `${(bytes / 1_000_000).toFixed(1)} MB` })
  if (!registered) say('The platform does not run: it takes this release in when it starts.')
}

export async function list(options: CommonOptions): Promise<void> {
  const page = await (await sessionOf(options)).call(listReleases, { query: { limit: 100 } })
  if (options.json) return printJson(page.items)
  printTable(
    ['version', 'status', 'tenants', 'schema', 'built', ''],
    page.items.map((each) => [each.version, each.status, String(each.tenants), each.schema, each.built_at, roleOf(each)]),
    'No releases.',
  )
}

export async function show(version: string, options: CommonOptions & { sbom?: boolean }): Promise<void> {
  const session = await sessionOf(options)
  if (options.sbom) return printJson(await session.call(readReleaseComponents, { params: { version } }))
  const release = await session.call(readRelease, { params: { version } })
  if (options.json) return printJson(release)
  printFacts({
    release: release.version,
    status: release.yanked ? `yanked ${release.yanked.at} by ${release.yanked.by}: ${release.yanked.reason}` : release.status,
    used: roleOf(release) || undefined,
    schema: release.schema,
    protocol: release.protocol,
    commit: release.commit,
    built: release.built_at,
    size: `${(release.size_bytes / 1_000_000).toFixed(1)} MB in ${release.files} files`,
    packages: release.components ?? undefined,
    tenants: namedTenants(release),
  })
  if (release.changelog) say(`\n${release.changelog}`)
}

export async function diff(from: string, to: string, options: CommonOptions): Promise<void> {
  const answer = await (await sessionOf(options)).call(diffReleases, { params: { version: to }, query: { from } })
  if (options.json) return printJson(answer)
  const { migrations, components, files } = answer
  printFacts({
    from: answer.from,
    to: answer.to,
    'can be upgraded': answer.obstacle ?? 'yes',
    size: `${answer.size_bytes.from} → ${answer.size_bytes.to} bytes`,
  })
  const rows = [
    ...migrations.added.map(({ name, kind }) => ['migration', name, `+ ${kind}`]),
    ...migrations.removed.map(({ name, kind }) => ['migration', name, `- ${kind}`]),
    ...components.map((each) => ['package', each.name, `${each.from ?? '–'} → ${each.to ?? '–'}`]),
    ...Object.entries(files).map(([part, { added, removed, changed }]) => ['files', part, `+${added} -${removed} ~${changed}`]),
  ]
  printTable(['what', 'name', 'change'], rows, 'Nothing is different.')
}

export async function yank(version: string, options: CommonOptions & { reason: string }): Promise<void> {
  const release = await (await sessionOf(options)).call(yankRelease, { params: { version }, body: { reason: options.reason } })
  if (options.json) return printJson(release)
  say(`Release ${version} is yanked: no new tenant and no rollout gets it.`)
  if (release.tenants > 0) say(`Still on it: ${namedTenants(release)}`)
}

function roleOf(release: Release): string {
  return [release.current ? 'new tenants' : '', release.platform ? 'control plane' : ''].filter(Boolean).join(', ')
}

function namedTenants({ tenants, tenants_on_it }: ReleaseDetail): string {
  if (tenants === 0) return '0'
  const more = tenants - tenants_on_it.length
  return `${tenants}: ${tenants_on_it.map((tenant) => tenant.slug).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
