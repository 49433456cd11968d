import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ClusterDescription } from '../cluster.ts'
import { containerdSocket } from '../parts/node.ts'

const run = promisify(execFile)

/** Hands an OCI tar to the node's containerd. @throws with containerd's words when it refuses it */
export async function importImage(cluster: ClusterDescription, tar: string): Promise<void> {
  if (!cluster.node) throw new Error('this cluster has no node to bring an image to')
  await ctr(cluster, 'images', 'import', '--no-unpack', tar)
}

/** Asks the node's containerd for something of what pods run from. @throws with its words when it refuses */
export async function ctr({ folder, tools }: ClusterDescription, ...args: string[]): Promise<string> {
  const environment = { ...process.env, PATH: [...tools, process.env['PATH']].join(':') }
  const containerd = ['--address', containerdSocket(folder), '--namespace', 'k8s.io']
  return (await run('ctr', [...containerd, ...args], { env: environment })).stdout
}
