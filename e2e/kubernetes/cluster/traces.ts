import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Interfaces and named network namespaces as machine.sh, Calico and containerd call them. */
const ourInterfaces = /^(node0|outside0|cali[0-9a-f]+|tunl0)$/
const ourNamespaces = /^(outside|cni-.*)$/

/**
 * What a cluster has left behind on the machine when it has ended: interfaces, network namespaces, and mounts, control groups and
 * processes that carry the name of its folder.
 */
export function traces(folder: string): string[] {
  const name = folder.split('/').at(-1)!
  return [
    ...entries('/sys/class/net')
      .filter((each) => ourInterfaces.test(each))
      .map((each) => `interface ${each}`),
    ...entries('/run/netns')
      .filter((each) => ourNamespaces.test(each))
      .map((each) => `network namespace ${each}`),
    ...content('/proc/self/mounts')
      .split('\n')
      .filter((line) => line.includes(name))
      .map((line) => `mount ${line.split(' ')[1]}`),
    ...['/sys/fs/cgroup', ...entries('/sys/fs/cgroup').map((each) => join('/sys/fs/cgroup', each))]
      .filter((place) => entries(place).includes(name))
      .map((place) => `control group ${join(place, name)}`),
    ...entries('/proc')
      .filter((each) => /^\d+$/.test(each) && content(join('/proc', each, 'cmdline')).includes(name))
      .map((pid) => `process ${pid} ${content(join('/proc', pid, 'cmdline')).replaceAll('\0', ' ')}`),
    ...(entries(folder).length > 0 ? [`folder ${folder}`] : []),
  ]
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
