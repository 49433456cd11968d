import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Processor time a process has used so far, children it has reaped included, in milliseconds (/proc/<pid>/stat). */
export function cpuMs(pid: number): number {
  const fields = statFields(pid)
  // utime, stime, cutime, cstime are fields 14 to 17; the first two of `fields` are already cut off.
  return ([11, 12, 13, 14] as const).reduce((sum, index) => sum + Number(fields[index]), 0) * (1000 / ticksPerSecond)
}

/** The same, its own and that of the children apart. */
export function cpuMsApart(pid: number): { own: number; children: number } {
  const fields = statFields(pid)
  const sum = (...indexes: number[]) => indexes.reduce((total, index) => total + Number(fields[index]), 0) * (1000 / ticksPerSecond)
  return { own: sum(11, 12), children: sum(13, 14) }
}

/** Processor time of a process and everything below it: Postgres is a postmaster with a backend per connection. */
export function cpuMsOfTree(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + safely(() => cpuMs(each), 0), 0)
}

/** Proportional and resident memory in bytes (/proc/<pid>/smaps_rollup): PSS counts shared pages by their share. */
export function memory(pid: number): { pss: number; rss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kib = (name: string) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0)
  return { pss: kib('Pss') * 1024, rss: kib('Rss') * 1024 }
}

function descendants(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = safely(() => Number(statFields(Number(name))[1]), 0)
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  for (const queue = [pid]; queue.length > 0; ) {
    for (const child of children.get(queue.shift()!) ?? []) {
      found.push(child)
      queue.push(child)
    }
  }
  return found
}

/** The fields of /proc/<pid>/stat behind the name, which may hold spaces and brackets: state is 0, parent is 1. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** A process may end between being listed and being read: then it counts as `otherwise`. */
function safely<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
