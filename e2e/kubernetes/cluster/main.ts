import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { provideTools, ToolFailure } from '@cityos/tools'
import type { ClusterParts } from './cluster.ts'
import { Machine } from './machine.ts'
import { beginCluster, clusterEnvironment, clusterFolder } from './session.ts'
import { testTools, whole } from './site.ts'
import { traces } from './traces.ts'

const usage = `node e2e/kubernetes/cluster/main.ts COMMAND
  up [--bare | --no-gateway]   starts a test cluster: API server, Postgres, node with Calico and DNS, gateway (--bare: the first two)
  run -- COMMAND   runs a command inside its namespaces, with CITYOS_TEST_CLUSTER, KUBECONFIG and the tools on PATH
  kubectl …        the same with kubectl
  status           says whether it runs and where it keeps its logs
  down             ends it and removes what belongs to it
  test [as up] -- COMMAND      a cluster of its own around one command: it ends with the command, or when this process ends
`
const say = (line: string) => process.stderr.write(`${line}\n`)
const bare = { node: false, postgres: true, gateway: false }

function partsOf(args: string[]): ClusterParts {
  if (args.includes('--bare')) return bare
  return { ...whole, gateway: !args.includes('--no-gateway') }
}

async function main([name, ...args]: string[]): Promise<number> {
  const machine = new Machine(clusterFolder())
  const command = args.slice(args.indexOf('--') + 1)
  switch (name) {
    case 'up': {
      if (machine.isRunning()) return refuse('it runs already')
      await beginCluster(machine.folder, partsOf(args), { bound: false })
      say(`up: ${machine.folder}`)
      return 0
    }
    case 'run':
    case 'kubectl': {
      if (!machine.isRunning()) return refuse('no cluster runs: start one with `up`')
      if (!existsSync(join(machine.folder, 'cluster.json'))) return refuse('the cluster is still starting')
      return await machine.run(name === 'kubectl' ? ['kubectl', ...args] : command, clusterEnvironment(machine.folder))
    }
    case 'status': {
      say(machine.isRunning() ? `runs: ${machine.folder}, logs in ${join(machine.folder, 'logs')}` : 'no cluster runs')
      return machine.isRunning() ? 0 : 1
    }
    case 'down': {
      if (existsSync(machine.folder)) await machine.end()
      return 0
    }
    case 'test':
      return await around(command, partsOf(args.slice(0, args.indexOf('--'))))
    default:
      return refuse(usage)
  }
}

/** Runs a command in a cluster of its own. Ends both when the one who started this process goes away. */
async function around(command: string[], parts: ClusterParts): Promise<number> {
  if (process.env['CITYOS_TEST_KUBECONFIG']) return await onReadersCluster(command)
  const machine = new Machine(clusterFolder(process.pid))
  const stop = async (code: number) => {
    await machine.end()
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(130))
  if (process.channel) process.once('disconnect', () => void stop(130))
  let code = 1
  try {
    await beginCluster(machine.folder, parts, { bound: true })
    code = await machine.run(command, clusterEnvironment(machine.folder))
  } finally {
    await machine.end()
    // Whoever listens to a channel keeps its process: both sides would wait for the other one's end for ever.
    process.removeAllListeners('disconnect')
    process.disconnect?.()
  }
  const left = traces(machine.folder)
  for (const trace of left) say(`left behind: ${trace}`)
  return left.length > 0 ? 1 : code
}

/** Runs a command that works on the cluster of CITYOS_TEST_KUBECONFIG, with the tools that the tests need. */
async function onReadersCluster(command: string[]): Promise<number> {
  const tools = await provideTools(['kubernetes', ...testTools], say)
  const environment = { ...process.env, CITYOS_TEST_TOOLS: tools.join(':') }
  const child = spawn(command[0]!, command.slice(1), { stdio: 'inherit', env: environment })
  return await new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)))
}

function refuse(why: string): number {
  say(why)
  return 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ToolFailure)) throw error
  say(error.message)
  process.exitCode = 1
}
