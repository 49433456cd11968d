import { type StdioOptions, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkout } from './data-directory.ts'
import { Failure } from './failure.ts'
import { say } from './output.ts'
import { requireMachine, requirePrograms } from './test-requirements.ts'

const later: Record<string, string> = {
  temporal: 'The temporal suite comes with the Temporal engine, which this version does not have.',
}

/** Starts a Kubernetes cluster in namespaces of its own, runs a command inside, and takes all of it away again. */
const inTestCluster = [process.execPath, join(checkout, 'e2e/kubernetes/cluster/main.ts'), 'test', '--']

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Runs the named suite, or unit and e2e; the exit code is 0 only when every test passed. */
export async function test(suite: string | undefined, filters: string[]): Promise<void> {
  if (suite && later[suite]) throw new Failure(later[suite])
  const known = suite === undefined || ['unit', 'e2e', 'k8s', 'soak'].includes(suite)
  if (!known) throw new Failure(`There is no suite called ${suite}.`, 'There are: unit, e2e, k8s, soak; with later features: temporal.')
  const projects = suite ? [suite] : ['unit', 'e2e']
  if (projects.includes('e2e')) await requirePrograms()
  if (projects.includes('k8s')) requireMachine()
  const total: Counts = { passed: 0, failed: 0, skipped: 0 }
  for (const project of projects) {
    const counts = await runProject(project, filters)
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
  if (total.skipped > 0) say(`${total.skipped} skipped`)
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1
}

/** One vitest project. A run that ends badly without a failed test (a crash, no tests) counts as one failure. */
async function runProject(project: string, filters: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-test-'))
  const report = join(folder, 'report.json')
  try {
    const vitest = join(checkout, 'node_modules/vitest/vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const command = [process.execPath, vitest, 'run', '--project', project, ...reporters, ...filters]
    const [program, ...args] = project === 'k8s' ? [...inTestCluster, ...command] : command
    // a cluster ends when this process goes away, which it notices by the channel between them
    const stdio: StdioOptions = project === 'k8s' ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit'
    const child = spawn(program!, args, { cwd: checkout, stdio })
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    const counts = readReport(report)
    if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1 }
    return counts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(path: string): Counts {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numPendingTests: number
      numTodoTests: number
    }
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 } // vitest ended before it could write: that is a failure
  }
}
