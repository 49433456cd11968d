import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { Failure } from './failure.ts'

/**
 * A process of this platform that outlived a killed node may keep the port: the node takes it over.
 * @param folder the platform's data directory
 * @throws Failure that names who has the port, when somebody else has
 */
export async function requireFreePort(port: number, folder?: string): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Failure(`${port} is not a port.`, 'Give a number between 1 and 65535 with --port.')
  const code = await new Promise<string | null>((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })
  if (code === null) return
  if (code === 'EACCES')
    throw new Failure(`Port ${port} may not be opened by this user.`, 'Give a port above 1023: ./cityos up --port 8081')
  const holder = holderOf(port)
  if (folder && holder?.args.some((argument) => argument.startsWith(`${folder}/`))) return
  throw new Failure(
    `Port ${port} is taken${holder ? ` by ${holder.args.slice(0, 3).join(' ')} (process ${holder.pid})` : ''}.`,
    `Stop that process, or give another port: ./cityos up --port ${port + 1}`,
  )
}

/** Who listens on a TCP port, by /proc; null where that cannot be seen (another user's process, no /proc). */
export function holderOf(port: number): { pid: number; args: string[] } | null {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port)))
    if (inodes.size === 0) return null
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (socketsOf(pid).some((inode) => inodes.has(inode))) {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
        return { pid: Number(pid), args: args.length > 0 ? args : [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()] }
      }
    }
  } catch {
    return null // no /proc on this system: the message goes without the name
  }
  return null
}

function listeningInodes(file: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A')
    .map((fields) => fields[9]!)
}

function socketsOf(pid: string): string[] {
  return quietly(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((descriptor) => {
    const match = /^socket:\[(\d+)\]$/.exec(quietly(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`), ''))
    return match ? [match[1]!] : []
  })
}

/** What lies under /proc may belong to another user or be gone by the time it is read. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
