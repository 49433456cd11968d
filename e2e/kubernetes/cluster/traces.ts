import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What a cluster could leave behind on the machine: interfaces, named network namespaces, mounts, control groups, and processes
 * that were given a cluster's folder. Compared before and after a run.
 */
export function traces(): string[] {
  return [
    ...entries('/sys/class/net').map((name) => `interface ${name}`),
    ...entries('/run/netns').map((name) => `network namespace ${name}`),
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => `mount ${line.split(' ')[1]}`),
    ...controlGroups().map((path) => `control group ${path}`),
    ...entries('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => content(join('/proc', pid, 'cmdline')).includes('cityos-cluster-'))
      .map((pid) => `process ${pid} ${content(join('/proc', pid, 'cmdline')).replaceAll('\0', ' ')}`),
  ]
}

function controlGroups(): string[] {
  const mounted = '/sys/fs/cgroup'
  const places = [mounted, ...entries(mounted).map((name) => join(mounted, name))]
  return places.flatMap((place) =>
    entries(place)
      .filter((name) => name.startsWith('cityos-cluster-') || name === 'kubepods')
      .map((name) => join(place, name)),
  )
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // there is no such folder: nothing of that kind is left
  }
}

function content(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has ended meanwhile
  }
}
