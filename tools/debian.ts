import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached, cacheKey } from './cache.ts'
import { command, ToolFailure } from './command.ts'

const list = join(import.meta.dirname, 'debian-packages.txt')

/** Programs that come from the distribution, taken out of their packages without installing them. */
export interface DistributionTools {
  /** Folders for PATH. */
  programs: string[]
  /** Folders for LD_LIBRARY_PATH. */
  libraries: string[]
  /** Extensions that iptables loads, for XTABLES_LIBDIR. */
  iptablesExtensions: string
  /** Plugins for the network of pods. */
  networkPlugins: string
  /** A static busybox, for images of test pods. */
  busybox: string
}

/**
 * Downloads the packages of `debian-packages.txt` with apt and unpacks them in the cache. Nothing of the system is changed: apt
 * keeps its lists in a folder of ours. @throws ToolFailure on a system without apt
 */
export async function distributionTools(say: (line: string) => void): Promise<DistributionTools> {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release'))
    throw new ToolFailure(
      'The test cluster takes containerd, runc, nftables and others from Debian’s packages, and this system has no apt-get.',
    )
  const release = readFileSync('/etc/os-release', 'utf8')
  const root = await cached(cacheKey('distribution', release, readFileSync(list)), async (folder) => {
    say('fetching packages of the distribution (containerd, runc, nftables …)')
    await unpackPackages(folder)
  })
  const libraries = readdirSync(join(root, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'))
  return {
    programs: ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((each) => join(root, each)).filter((path) => existsSync(path)),
    libraries: libraries.flatMap((name) => [join(root, 'usr/lib', name), join(root, 'lib', name)]).filter((path) => existsSync(path)),
    iptablesExtensions: join(root, 'usr/lib', libraries[0] ?? '', 'xtables'),
    networkPlugins: join(root, 'usr/lib/cni'),
    busybox: join(root, existsSync(join(root, 'bin/busybox')) ? 'bin/busybox' : 'usr/bin/busybox'),
  }
}

async function unpackPackages(folder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'cityos-packages-'))
  try {
    for (const each of ['lists/partial', 'archives/partial', 'packages']) mkdirSync(join(work, each), { recursive: true })
    const apt = ['-q', '-o', `Dir::State::lists=${work}/lists`, '-o', `Dir::Cache=${work}`, '-o', 'APT::Sandbox::User=root']
    const names = readFileSync(list, 'utf8').split('\n').filter(Boolean)
    await command('apt-get', [...apt, 'update'])
    await command('apt-get', [...apt, 'download', ...names], { cwd: join(work, 'packages') })
    for (const file of readdirSync(join(work, 'packages'))) await command('dpkg-deb', ['-x', join(work, 'packages', file), folder])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
