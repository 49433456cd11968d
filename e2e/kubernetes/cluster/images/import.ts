import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClusterDescription } from '../cluster.ts'

const run = promisify(execFile)

export interface ImportedImage {
  /** As a pod names it, e.g. `cityos:0.1.0`. */
  name: string
  /** `sha256:…` of the image's manifest. */
  digest: string
}

/** Hands an OCI tar to the node's containerd. @throws with containerd's words when it refuses it */
export async function importImage(cluster: ClusterDescription, tar: string): Promise<ImportedImage[]> {
  if (!cluster.node) throw new Error('this cluster has no node to bring an image to')
  const containerd = ['--address', join(cluster.folder, 'containerd/containerd.sock'), '--namespace', 'k8s.io']
  const environment = { ...process.env, PATH: [...cluster.tools, process.env['PATH']].join(':') }
  const imported = await run('ctr', [...containerd, 'images', 'import', '--no-unpack', tar], { env: environment })
  const names = [...imported.stdout.matchAll(/^unpacking (\S+) \((sha256:[0-9a-f]+)\)/gm)]
  return names.map(([, name, digest]) => ({ name: name!, digest: digest! }))
}
