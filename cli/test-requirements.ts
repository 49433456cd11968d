import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Failure } from './failure.ts'
import { say } from './output.ts'

/** First of `names` found on PATH; null when the machine has none of them. */
export function findProgram(...names: string[]): string | null {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      if (folder && existsSync(join(folder, name))) return join(folder, name)
    }
  }
  return null
}

export const findBrowser = (): string | null =>
  process.env['CITYOS_BROWSER'] ?? findProgram('chromium', 'chromium-browser', 'google-chrome')
export const findRedis = (): string | null => findProgram('redis-server')

/** Folder with the programs of the newest Postgres (15 or later) that the system's packages brought; null without one. */
export function findPostgres(): string | null {
  const installed = '/usr/lib/postgresql'
  const versions = existsSync(installed)
    ? readdirSync(installed).filter((name) => existsSync(join(installed, name, 'bin', 'postgres')))
    : []
  const newest = versions.map(Number).sort((left, right) => right - left)[0]
  return newest !== undefined && newest >= 15 ? join(installed, String(newest), 'bin') : null
}

/**
 * Tests that need a browser, Redis, Python or Go are skipped, with one line that says what to install, when they are missing.
 * Under CI=true they are installed from the distribution, or the run fails.
 */
export async function requirePrograms(): Promise<void> {
  if (!findPostgres()) say('Tests with a Postgres of the system are skipped; to run them: apt-get install postgresql')
  const missing = [
    ...(findBrowser() ? [] : [{ name: 'a browser', debian: 'chromium' }]),
    ...(findRedis() ? [] : [{ name: 'Redis', debian: 'redis-server' }]),
    ...(findProgram('python3') ? [] : [{ name: 'localstripe (Python)', debian: 'python3-venv' }]),
    ...(findProgram('go') ? [] : [{ name: 'stripe-mock (Go)', debian: 'golang-go' }]),
  ]
  if (missing.length === 0) return
  const packages = missing.map((each) => each.debian)
  if (process.env['CI'] !== 'true') {
    for (const each of missing) say(`Tests that need ${each.name} are skipped; to run them: apt-get install ${each.debian}`)
    return
  }
  install(packages)
}

/** Brings packages of the distribution. @throws when it has none, or refuses */
function install(packages: string[]): void {
  if (!findProgram('apt-get'))
    throw new Failure(`These tests need ${packages.join(' and ')}, and this machine has no apt-get to install them with.`)
  say(`installing ${packages.join(', ')}`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...packages],
  ]) {
    const result = spawnSync('apt-get', args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
    if (result.status !== 0)
      throw new Failure(`apt-get ${args.join(' ')} failed.`, `Install ${packages.join(' and ')} by hand and run this again.`)
  }
}

/**
 * The k8s tests make namespaces of the kernel and mounts in them, which only root may do on Linux; a reader's own cluster, named by
 * CITYOS_TEST_KUBECONFIG, needs neither. Tools come from pins (`tools/`), see there.
 */
export function requireMachine(): void {
  if (process.env['CITYOS_TEST_KUBECONFIG']) return
  const advice = 'Run them as root on Linux, or name a cluster of yours in CITYOS_TEST_KUBECONFIG.'
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Failure('The k8s tests start a real Kubernetes in namespaces of this machine.', advice)
  const needed = {
    ip: 'iproute2',
    nsenter: 'util-linux',
    setpriv: 'util-linux',
    unshare: 'util-linux',
    openssl: 'openssl',
    zstd: 'zstd',
    ps: 'procps',
  }
  const missing = Object.entries(needed).filter(([name]) => !findProgram(name))
  const packages = [...new Set(missing.map(([, debian]) => debian))]
  if (missing.length > 0 && process.env['CI'] !== 'true')
    throw new Failure(
      `The k8s tests need ${missing.map(([name]) => name).join(', ')}.`,
      `Debian, Ubuntu: apt-get install ${packages.join(' ')}`,
    )
  if (missing.length > 0) install(packages)
  // Root in a container often may not: better said now than after the tools were built.
  const tried = spawnSync('unshare', ['--mount', '--net', '--pid', '--uts', '--fork', 'true'], { encoding: 'utf8' })
  if (tried.status !== 0)
    throw new Failure(`The k8s tests make namespaces of this machine, which it does not allow: ${tried.stderr.trim()}`, advice)
}
