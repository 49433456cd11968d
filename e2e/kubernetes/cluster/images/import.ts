import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClusterDescription } from '../cluster.ts'

const run = promisify(execFile)

/** Hands an OCI tar to the node's containerd. @throws with containerd's words when it refuses it */
export async function importImage(cluster: ClusterDescription, tar: string): Promise<void> {
  if (!cluster.node) throw new Error('this cluster has no node to bring an image to')
  const containerd = ['--address', join(cluster.folder, 'containerd/containerd.sock'), '--namespace', 'k8s.io']
  const environment = { ...process.env, PATH: [...cluster.tools, process.env['PATH']].join(':') }
  await run('ctr', [...containerd, 'images', 'import', '--no-unpack', tar], { env: environment })
}
