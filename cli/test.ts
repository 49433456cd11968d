import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { checkout } from './data-directory.ts'
import { Failure } from './failure.ts'
import { say } from './output.ts'
import { requireMachine, requirePrograms } from './test-requirements.ts'

const later: Record<string, string> = {
  temporal: 'The temporal suite comes with the Temporal engine, which this version does not have.',
}

/** Starts a Kubernetes cluster in namespaces of its own, runs a command inside, and takes all of it away again. */
const inTestCluster = [process.execPath, join(checkout, 'e2e/kubernetes/cluster/main.ts'), 'test', '--']
/** What clusters that start side by side must not make at the same time. */
const prepareClusters = join(checkout, 'e2e/kubernetes/prepare.ts')
/** Clusters that share the files of the k8s suite: while one waits for its pods, the other one works. */
const clusters = 2

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
  const counted: Counts[] = []
  for (const project of projects) counted.push(await runProject(project, filters))
  const total = sum(counted)
  if (total.skipped > 0) say(`${total.skipped} skipped`)
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1
}

/** One vitest project. The files of the k8s suite are shared out among clusters, unless some are named. */
async function runProject(project: string, filters: string[]): Promise<Counts> {
  if (project !== 'k8s') return await runVitest(project, filters)
  if (filters.length > 0 || process.env['CITYOS_TEST_KUBECONFIG']) return await runVitest(project, filters, { inside: inTestCluster })
  if ((await ended(spawn(process.execPath, [prepareClusters], { cwd: checkout, stdio: 'inherit' }))) !== 0)
    throw new Failure('The test clusters could not be prepared; the lines above say why.')
  const share = (index: number) => runVitest(project, [`--shard=${index}/${clusters}`], { inside: inTestCluster, called: `${index}| ` })
  return sum(await Promise.all(Array.from({ length: clusters }, (_, index) => share(index + 1))))
}

/**
 * One run of vitest, `inside` what starts around it. A run that ends badly without a failed test (a crash, no tests) counts as one
 * failure. @param called what its lines begin with
 */
async function runVitest(
  project: string,
  args: string[],
  { inside = [], called = '' }: { inside?: string[]; called?: string } = {},
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-test-'))
  const report = join(folder, 'report.json')
  try {
    const vitest = join(checkout, 'node_modules/vitest/vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const [program, ...rest] = [...inside, process.execPath, vitest, 'run', '--project', project, ...reporters, ...args]
    const output = called ? 'pipe' : 'inherit'
    // a cluster ends when this process goes away, which it notices by the channel between them
    const stdio: StdioOptions = ['inherit', output, output, ...(inside.length > 0 ? (['ipc'] as const) : [])]
    const child = spawn(program!, rest, { cwd: checkout, stdio })
    if (called) for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', (line) => say(called + line))
    const code = await ended(child)
    const counts = readReport(report)
    if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1 }
    return counts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))

const sum = (counts: Counts[]): Counts =>
  counts.reduce((total, each) => ({
    passed: total.passed + each.passed,
    failed: total.failed + each.failed,
    skipped: total.skipped + each.skipped,
  }))

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[]
}

/** A test that passed at its second try says why it did not at the first: a fault may hide there. */
function sayWhatNeededAnotherTry({ testResults }: Report): void {
  for (const { status, fullName, failureMessages } of testResults.flatMap((file) => file.assertionResults))
    if (status === 'passed' && failureMessages.length > 0) say(`needed another try: ${fullName}\n${failureMessages.join('\n')}`)
}

function readReport(path: string): Counts {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report
    sayWhatNeededAnotherTry(report)
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 } // vitest ended before it could write: that is a failure
  }
}
