import { existsSync, watch } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readTenant } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printJson } from './output.ts'

/** The node's log, or a tenant's, from the files: it works when the control plane does not, if the tenant's id is given. */
export async function logs(tenant: string | undefined, options: CommonOptions & { follow?: boolean; lines: string }): Promise<void> {
  const data = dataOf(options)
  const path = tenant === undefined ? data.nodeLog : data.tenantLog(await tenantId(tenant, options))
  if (!existsSync(path)) throw new Failure(`There is no log yet (${path}).`)
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-Number(options.lines))
  if (options.json) return printJson(lines)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (options.follow) {
    const stopped = new AbortController()
    process.once('SIGINT', () => stopped.abort())
    await followLog(path, stopped.signal)
  }
}

async function tenantId(tenant: string, options: CommonOptions): Promise<string> {
  if (/^ten_[0-9a-z]{26}$/.test(tenant)) return tenant
  return (await (await sessionOf(options)).call(readTenant, { params: { id: tenant } })).id
}

/** Writes what is appended to a file to standard output, until `signal`. */
export async function followLog(path: string, signal: AbortSignal): Promise<void> {
  let position = (await stat(path)).size
  const copy = async (): Promise<void> => {
    const { size } = await stat(path)
    if (size < position) position = 0 // the log was rotated
    if (size === position) return
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position)
      position += bytesRead
      process.stdout.write(buffer.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  }
  let copying = Promise.resolve()
  const watcher = watch(dirname(path), { signal }, () => {
    copying = copying.then(copy)
  })
  await new Promise<void>((resolve) => watcher.once('close', resolve))
  await copying
}
