import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './report.ts'

const cluster = join(import.meta.dirname, '../e2e/kubernetes/cluster/main.ts')

/**
 * Measures a fleet in a test cluster that is made for it (root on Linux, as `./cityos test k8s`): tenants whose pods are
 * simulated. CITYOS_FLEET is how many are made through the driver, CITYOS_FLEET_COPIES how many more the control plane watches.
 */
export async function measureInCluster(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-bench-'))
  try {
    const output = join(folder, 'figures.json')
    const command = [process.execPath, join(import.meta.dirname, 'fleet-in-cluster.ts'), output]
    const child = spawn(process.execPath, [cluster, 'test', '--bare', '--', ...command], { stdio: ['ignore', 2, 2, 'ipc'] })
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    if (code !== 0) throw new Error(`the fleet could not be measured: the cluster ended with ${code}`)
    return JSON.parse(readFileSync(output, 'utf8')) as Figure[]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
