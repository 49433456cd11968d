import { readFileSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { Routes, type TenantRoute } from './routes.ts'

export type Destination =
  | { kind: 'operator'; socket: string }
  | { kind: 'tenant'; route: TenantRoute; surface: 'store' | 'admin' | 'vendor' | 'api' }

/** Where each host leads, from the file the node writes. */
export class RouteTable {
  private readonly file: string
  private readonly failed: (error: unknown) => void
  private hosts = new Map<string, Destination>()
  private signature = ''
  private operatorSocket: string | null = null

  /** @param failed told when the file cannot be read; the routes known so far stay in force */
  constructor(file: string, failed: (error: unknown) => void) {
    this.file = file
    this.failed = failed
    this.refresh()
    // The file is replaced by renaming, so its folder is watched.
    const watcher = watch(dirname(file), (_event, name) => {
      if (name === null || name === basename(file)) this.refresh()
    })
    watcher.on('error', failed)
  }

  /** Where the control plane listens; null before the first routes were read. */
  get operator(): { socket: string | null } {
    return { socket: this.operatorSocket }
  }

  get size(): number {
    return this.hosts.size
  }

  /** @param host of the request, with or without port; null when nothing lies there */
  find(host: string | undefined): Destination | null {
    return this.hosts.get(hostName(host)) ?? null
  }

  /** Reads the file again if it was replaced: whoever finds a door shut looks twice before saying so. */
  refresh(): void {
    try {
      const { ino, mtimeNs, size } = statSync(this.file, { bigint: true })
      const signature = `${ino}:${mtimeNs}:${size}`
      if (signature === this.signature) return
      const routes = Routes.parse(JSON.parse(readFileSync(this.file, 'utf8')))
      this.hosts = hostsOf(routes)
      this.operatorSocket = routes.operator.socket
      this.signature = signature
    } catch (error) {
      this.failed(error)
    }
  }
}

/** Lower case, without port and final dot. */
export function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

function hostsOf(routes: Routes): Map<string, Destination> {
  const hosts = new Map<string, Destination>()
  for (const route of routes.tenants) {
    for (const host of route.hosts) {
      hosts.set(host, { kind: 'tenant', route, surface: 'store' })
      for (const surface of ['admin', 'vendor', 'api'] as const) hosts.set(`${surface}.${host}`, { kind: 'tenant', route, surface })
    }
  }
  // Last: no tenant can take the operator's host.
  hosts.set(routes.operator.host, { kind: 'operator', socket: routes.operator.socket })
  return hosts
}
