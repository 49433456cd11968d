import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TenantDocument } from '@cityos/contract'
import { z } from 'zod'
import { type DamagedFile, readJson, writeAtomically } from './storage.ts'

const Identity = z.object({ pid: z.int().positive(), started: z.string() })

/** A data-plane process of a tenant: enough to find it again. */
export const ProcessRecord = Identity.extend({
  socket: z.string(),
  release: z.string(),
  started_at: z.string(),
  /** Started to stand by, and not yet told that it serves. */
  standby: z.boolean().default(false),
})
export type ProcessRecord = z.infer<typeof ProcessRecord>

export const ReleaseRecord = z.object({ version: z.string().min(1), dir: z.string().min(1), schema: z.string() })
export type ReleaseRecord = z.infer<typeof ReleaseRecord>

/** What the node knows of one tenant: enough to wake it while the control plane is down. */
export const TenantRecord = z.object({
  id: z.string(),
  /** Highest fencing number seen. */
  fence: z.int(),
  document: TenantDocument.nullable(),
  /** Sealed JSON of TenantSecrets. */
  secrets: z.string().nullable(),
  hosts: z.array(z.string()),
  /** Whether there should be a data plane; an asleep one counts as up. */
  desired: z.enum(['up', 'down']),
  asleep: z.boolean(),
  next_wake_at: z.string().nullable(),
  /** The one that serves. */
  process: ProcessRecord.nullable(),
  /** Stands by to take its place. */
  beside: ProcessRecord.nullable().default(null),
  /** Has given its place away and comes to its end. */
  retiring: ProcessRecord.nullable().default(null),
})
export type TenantRecord = z.infer<typeof TenantRecord>

export const ServiceName = z.enum(['gateway', 'control-plane'])
export type ServiceName = z.infer<typeof ServiceName>

export const Settings = z.object({ host: z.string(), port: z.int().min(0).max(65535), base_domain: z.string() })
export type Settings = z.infer<typeof Settings>

export const NodeState = z.object({
  settings: Settings,
  /** The release new tenants get, and the control plane runs from. */
  release: z.string().nullable(),
  releases: z.array(ReleaseRecord),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  /** Fencing numbers of tenants that were forgotten: a late runner must not bring them back. */
  fences: z.record(z.string(), z.int()),
  /** Processes of rehearsals: whatever a killed node left of them is ended. */
  rehearsals: z.array(Identity).default([]),
  /** Processes to adopt after a restart; `signature` tells whether they run with the settings of today. */
  services: z.partialRecord(ServiceName, Identity.extend({ signature: z.string() })),
})
export type NodeState = z.infer<typeof NodeState>

const remedy = 'move it away and start again; the control plane hands over what the node has to know'

/** The node's memory on disk: `state.json` and one file per tenant, each replaced atomically before it counts. */
export class StateStore {
  private readonly dir: string
  private current: NodeState
  private readonly records = new Map<string, TenantRecord>()

  /**
   * @param dir `<data>/node`
   * @param defaults settings of a first start
   * @throws DamagedFile
   */
  constructor(dir: string, defaults: Settings) {
    this.dir = dir
    this.current = readJson(join(dir, 'state.json'), NodeState, remedy) ?? {
      settings: defaults,
      release: null,
      releases: [],
      jwks: { keys: [] },
      fences: {},
      rehearsals: [],
      services: {},
    }
    for (const file of tenantFiles(dir)) {
      const record = readJson(join(dir, 'tenants', file), TenantRecord, remedy)
      if (record) this.records.set(record.id, record)
    }
  }

  get state(): Readonly<NodeState> {
    return this.current
  }

  update(changes: Partial<NodeState>): void {
    const next = { ...this.current, ...changes }
    writeAtomically(join(this.dir, 'state.json'), `${JSON.stringify(next, null, 1)}\n`)
    this.current = next
  }

  get tenants(): Readonly<TenantRecord>[] {
    return [...this.records.values()]
  }

  tenant(id: string): Readonly<TenantRecord> | null {
    return this.records.get(id) ?? null
  }

  /** Changes a tenant's record, making it if there is none. The disk comes first: on DiskFull nothing has changed. */
  updateTenant(id: string, changes: Partial<Omit<TenantRecord, 'id'>>): Readonly<TenantRecord> {
    const former = this.records.get(id) ?? {
      id,
      fence: this.current.fences[id] ?? 0,
      document: null,
      secrets: null,
      hosts: [],
      desired: 'down' as const,
      asleep: false,
      next_wake_at: null,
      process: null,
      beside: null,
      retiring: null,
    }
    const next = { ...former, ...changes }
    writeAtomically(this.fileOf(id), `${JSON.stringify(next, null, 1)}\n`)
    this.records.set(id, next)
    return next
  }

  removeTenant(id: string): void {
    const record = this.records.get(id)
    if (!record) return
    this.update({ fences: { ...this.current.fences, [id]: record.fence } })
    rmSync(this.fileOf(id), { force: true })
    this.records.delete(id)
  }

  private fileOf(id: string): string {
    return join(this.dir, 'tenants', `${id}.json`)
  }
}

/** Whether something was ever sealed in this folder. */
export function hasState(dir: string): boolean {
  return tenantFiles(dir).length > 0
}

function tenantFiles(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'tenants')).filter((file) => file.endsWith('.json'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export type { DamagedFile }
