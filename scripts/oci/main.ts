import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { provideTools, ToolFailure, versionOf } from '../../tools/provide.ts'
import { releaseDir as ownRelease } from '../build/release.ts'
import { ImageRefusal } from './base.ts'
import type { Program } from './bill-of-materials.ts'
import { buildImages } from './build.ts'

// Makes container images of a finished release, without Docker and without a registry:
// `node scripts/oci/main.ts --out FILE [--release DIR] [--repository NAME] [--control-plane]`. Prints one JSON document: the
// images with their digests, or `{"refused": …, "advice": […]}` with exit code 1.

const { values } = parseArgs({
  options: {
    /** The archive that is written: `….tar`. */
    out: { type: 'string' },
    /** Folder of the release; left out: the one this checkout has built. */
    release: { type: 'string', default: ownRelease },
    repository: { type: 'string', default: 'cityos' },
    /** Makes the control plane's image too, with the programs by which it changes clusters (built from their pins, or cached). */
    'control-plane': { type: 'boolean', default: false },
  },
})

const say = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  if (!values.out) throw new ImageRefusal('No file was named.', 'Give it with --out FILE.')
  const out = resolve(values.out)
  await mkdir(dirname(out), { recursive: true })
  const work = await mkdtemp(join(dirname(out), '.oci-'))
  try {
    const programs = values['control-plane'] ? await controlPlanePrograms() : null
    const images = await buildImages({ releaseDir: resolve(values.release), repository: values.repository, programs, work, out })
    process.stdout.write(`${JSON.stringify({ file: out, images })}\n`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
} catch (error) {
  if (!(error instanceof ImageRefusal) && !(error instanceof ToolFailure)) throw error
  const advice = error instanceof ImageRefusal ? error.advice : []
  process.stdout.write(`${JSON.stringify({ refused: error.message, advice })}\n`)
  process.exitCode = 1
}

/** The programs by which a control plane changes clusters. */
async function controlPlanePrograms(): Promise<Program[]> {
  const [cli, provider] = (await provideTools(['pulumi', 'pulumi-kubernetes'], say)) as [string, string]
  const module = 'pkg:golang/github.com/pulumi'
  return [
    { name: 'pulumi', version: versionOf('pulumi'), purl: `${module}/pulumi@v${versionOf('pulumi')}`, file: join(cli, 'pulumi') },
    {
      name: 'pulumi-resource-kubernetes',
      version: versionOf('pulumi-kubernetes'),
      purl: `${module}/pulumi-kubernetes@v${versionOf('pulumi-kubernetes')}`,
      file: join(provider, 'pulumi-resource-kubernetes'),
    },
  ]
}
