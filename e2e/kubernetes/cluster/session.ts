import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, type ClusterDescription, type ClusterParts } from './cluster.ts'
import { Machine } from './machine.ts'
import { prepareSite } from './site.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)
const prefix = 'cityos-cluster-'

/** Folder of the cluster that is started by hand for this checkout; of a test run, with its process's number. */
export function clusterFolder(run?: number): string {
  const checkout = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  return join(roomiest(), prefix + (run === undefined ? checkout : `${checkout}-${run}`))
}

/**
 * Starts a cluster in namespaces of its own and waits until all its parts are ready. With `bound` it ends with this process.
 * On failure nothing stays but what the error says.
 */
export async function beginCluster(folder: string, parts: ClusterParts, { bound }: { bound: boolean }): Promise<Machine> {
  await removeRemains()
  mkdirSync(join(folder, 'logs'), { recursive: true })
  chmodSync(folder, 0o711) // the account of Postgres passes through it
  const machine = new Machine(folder)
  try {
    const site = await prepareSite(folder, parts, say)
    await machine.begin({ bound })
    await startParts(machine, { site, parts })
    return machine
  } catch (error) {
    await machine.end()
    throw error
  }
}

/** What a command in the cluster's namespaces finds in its environment. */
export function clusterEnvironment(folder: string): NodeJS.ProcessEnv {
  const description = JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as ClusterDescription
  return { ...new Cluster(description).environment(), CITYOS_TEST_CLUSTER: folder }
}

async function startParts(machine: Machine, input: object): Promise<void> {
  const [program, ...args] = machine.enter([process.execPath, join(import.meta.dirname, 'begin.ts')])
  const child = spawn(program!, args, { stdio: ['pipe', 'inherit', 'inherit'] })
  child.stdin.end(JSON.stringify(input))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error('the cluster could not be started; the lines above say why')
}

/** What test runs have left behind that were killed: their namespaces are gone, their folders and control groups are not. */
async function removeRemains(): Promise<void> {
  for (const name of readdirSync(roomiest()).filter((each) => each.startsWith(prefix))) {
    const machine = new Machine(join(roomiest(), name))
    if (machine.isAbandoned()) await machine.end()
  }
}

/** Memory where there is plenty of it: nothing of a cluster outlives it, and waiting for a disk proves nothing. */
function roomiest(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 6 * 2 ** 30 ? memory : tmpdir()
}
