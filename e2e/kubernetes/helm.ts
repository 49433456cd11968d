import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type KubernetesObject, loadAllYaml } from '@kubernetes/client-node'
import type { Cluster } from './cluster/cluster.ts'

const run = promisify(execFile)

export type ChartName = 'data-plane' | 'control-plane'
export type Values = Record<string, unknown>
export const chartDir = (chart: ChartName): string => join(import.meta.dirname, '../../charts', chart)

/** helm and kubectl on a test cluster, as a person would use them. */
export class Hands {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** @throws with what the command said on standard error */
  async command(program: 'helm' | 'kubectl', args: string[], input?: string): Promise<{ stdout: string; stderr: string }> {
    const options = { env: this.cluster.environment(), maxBuffer: 64 * 1024 * 1024 }
    if (input === undefined)
      return run(program, args, options).catch((error: Error & { stderr: string; stdout: string }) => {
        throw new Error(`${program} ${args.join(' ')}: ${error.stderr}${error.stdout}`)
      })
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.once('error', reject)
      child.once('close', (code) =>
        code === 0 ? resolve({ stdout, stderr }) : reject(new Error(`${program} ${args.join(' ')}: ${stderr}`)),
      )
      child.stdin.end(input)
    })
  }

  async kubectl(...args: string[]): Promise<string> {
    return (await this.command('kubectl', args)).stdout
  }

  /** `helm <verb> … -f values`, with the values in a file that is gone afterwards. */
  async helm(args: string[], values?: Values): Promise<string> {
    if (values === undefined) return (await this.command('helm', args)).stdout
    const folder = mkdtempSync(join(tmpdir(), 'cityos-values-'))
    try {
      const file = join(folder, 'values.json')
      writeFileSync(file, JSON.stringify(values))
      return (await this.command('helm', [...args, '--values', file])).stdout
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** What a chart renders, as helm writes it; hooks (tests) among it. */
  manifest(chart: ChartName, namespace: string, values: Values): Promise<string> {
    return this.helm(['template', chart, chartDir(chart), '--namespace', namespace], values)
  }

  /** The same as objects, with the names of fields that the client library has. */
  async render(chart: ChartName, namespace: string, values: Values): Promise<KubernetesObject[]> {
    return objectsOf(await this.manifest(chart, namespace, values))
  }

  /**
   * Has the API server judge a manifest without keeping it. @returns its warnings
   * @throws when it refuses an object
   */
  async judge(manifest: string): Promise<string[]> {
    const { stderr } = await this.command('kubectl', ['apply', '--server-side', '--dry-run=server', '--filename', '-'], manifest)
    return stderr.split('\n').filter((line) => line.startsWith('Warning:'))
  }

  /** A namespace under the restricted Pod Security Standard. */
  async namespace(name: string, labels: Record<string, string> = {}): Promise<void> {
    const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...restricted, ...labels } } }
    await this.command('kubectl', ['apply', '--filename', '-'], JSON.stringify(namespace))
  }
}

export function objectsOf(manifest: string): KubernetesObject[] {
  return loadAllYaml(manifest).filter((object) => object !== null) as KubernetesObject[]
}
