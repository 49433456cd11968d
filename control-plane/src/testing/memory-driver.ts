import type { PlaneHealth, TenantDocument } from '@cityos/contract'
import {
  type DataPlaneDriver,
  type Fence,
  type InventoryItem,
  type Release,
  type RuntimeState,
  StaleFence,
  type TenantSecrets,
} from '@cityos/provisioning'

interface Kept {
  database: boolean
  document: TenantDocument | null
  secrets: TenantSecrets | null
  hosts: string[]
  process: boolean
  asleep: boolean
  seeded: boolean
  fence: number
}

type Method = Exclude<keyof DataPlaneDriver, 'name' | 'publishKeys' | 'inventory' | 'state' | 'logs'>

/**
 * A driver without a machine that keeps the rules of the port strictly: fences, idempotence, and order (no process
 * without database and document, no route to a host of another tenant). `failing` makes a method fail, before or after
 * its effect.
 */
export class MemoryDriver implements DataPlaneDriver {
  readonly name = 'local'
  readonly tenants = new Map<string, Kept>()
  readonly releases = new Set<string>()
  readonly calls: string[] = []
  keys: { keys: Record<string, unknown>[] } = { keys: [] }
  failing: { method: Method; when: 'before' | 'after'; times: number } | null = null

  async publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void> {
    this.keys = jwks
  }

  prepareRelease(release: Release): Promise<void> {
    return this.#call('prepareRelease', () => void this.releases.add(release.version))
  }

  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }> {
    return this.#change('ensureDatabase', tenantId, fence, (kept) => {
      if (!this.releases.has(release)) throw new Error(`release ${release} was not prepared`)
      kept.database = true
      return { pooled: false }
    })
  }

  dropDatabase(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('dropDatabase', tenantId, fence, (kept) => {
      if (kept.process) throw new Error('a process still uses the database')
      kept.database = false
      kept.seeded = false
    })
  }

  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    return this.#change('configure', document.id, fence, (kept) => {
      if (kept.secrets && kept.secrets.tenantKey !== secrets.tenantKey) throw new Error('the tenant key of a tenant never changes here')
      if (!kept.document || kept.document.version <= document.version) kept.document = document
      kept.secrets = secrets
    })
  }

  forget(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('forget', tenantId, fence, (kept) => {
      Object.assign(kept, { document: null, secrets: null, hosts: [], process: false, asleep: false })
    })
  }

  start(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('start', tenantId, fence, (kept) => {
      if (!kept.database || !kept.document || !kept.secrets) throw new Error('start needs database, document and secrets')
      kept.process = true
      kept.asleep = false
    })
  }

  stop(tenantId: string, fence: Fence): Promise<void> {
    return this.#change('stop', tenantId, fence, (kept) => {
      kept.process = false
      kept.asleep = false
    })
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.#change('seed', tenantId, fence, (kept) => {
      if (!kept.process) throw new Error('seeding goes through the running data plane')
      const changed = !kept.seeded
      kept.seeded = true
      return { changed }
    })
  }

  route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    return this.#change('route', tenantId, fence, (kept) => {
      for (const [other, { hosts: taken }] of this.tenants) {
        if (other !== tenantId && taken.some((host) => hosts.includes(host))) throw new Error(`a host already leads to ${other}`)
      }
      kept.hosts = [...hosts]
    })
  }

  sleep(tenantId: string): Promise<void> {
    return this.#call('sleep', () => this.#existing(tenantId, (kept) => Object.assign(kept, { process: false, asleep: true })))
  }

  wake(tenantId: string): Promise<void> {
    return this.#call('wake', () => this.#existing(tenantId, (kept) => Object.assign(kept, { process: true, asleep: false })))
  }

  async state(tenantId: string): Promise<RuntimeState> {
    const kept = this.tenants.get(tenantId)
    const runtime = !kept?.document ? 'absent' : kept.process ? 'running' : kept.asleep ? 'asleep' : 'absent'
    return { runtime, restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
  }

  health(tenantId: string): Promise<PlaneHealth | null> {
    return this.#call('health', () => {
      const kept = this.tenants.get(tenantId)
      return kept?.process && kept.document ? healthOf(kept.document) : null
    })
  }

  async logs(): Promise<string[]> {
    return []
  }

  async inventory(): Promise<InventoryItem[]> {
    return [...this.tenants].flatMap(([tenantId, kept]) => [
      ...(kept.database ? [item('database', tenantId), item('role', tenantId)] : []),
      ...(kept.document ? [item('files', tenantId)] : []),
      ...(kept.secrets ? [item('secret', tenantId)] : []),
      ...(kept.process ? [item('process', tenantId)] : []),
      ...kept.hosts.map((name): InventoryItem => ({ kind: 'route', name, tenantId })),
    ])
  }

  #change<T>(method: Method, tenantId: string, fence: Fence, effect: (kept: Kept) => T): Promise<T> {
    return this.#call(method, () => {
      const kept = this.tenants.get(tenantId) ?? {
        database: false,
        document: null,
        secrets: null,
        hosts: [],
        process: false,
        asleep: false,
        seeded: false,
        fence: 0,
      }
      if (fence.number < kept.fence) throw new StaleFence(tenantId)
      kept.fence = fence.number
      this.tenants.set(tenantId, kept)
      return effect(kept)
    })
  }

  #existing(tenantId: string, effect: (kept: Kept) => void): void {
    const kept = this.tenants.get(tenantId)
    if (!kept?.document) throw new Error(`tenant ${tenantId} is not configured`)
    effect(kept)
  }

  /** Every answer comes a turn later, as from another process. */
  async #call<T>(method: Method, effect: () => T): Promise<T> {
    this.calls.push(method)
    await new Promise((resolve) => setImmediate(resolve))
    const fails = this.failing?.method === method && this.failing.times > 0 ? this.failing : null
    if (fails) fails.times -= 1
    if (fails?.when === 'before') throw new Error(`${method} was made to fail before its effect`)
    const result = effect()
    if (fails?.when === 'after') throw new Error(`${method} was made to fail after its effect`)
    return result
  }
}

function item(kind: InventoryItem['kind'], tenantId: string): InventoryItem {
  return { kind, name: `${kind} ${tenantId}`, tenantId }
}

function healthOf(document: TenantDocument): PlaneHealth {
  const usage = {
    orders: 0,
    gmv_amount: 0,
    products: 0,
    customers: 0,
    database_bytes: 0,
    memory_bytes: 0,
    requests: 0,
    last_request_at: null,
  }
  return {
    status: 'ok',
    release: document.release,
    schema: 'test',
    uptime_s: 1,
    tenant_version: document.version,
    dependencies: {},
    next_due_at: null,
    usage,
  }
}
