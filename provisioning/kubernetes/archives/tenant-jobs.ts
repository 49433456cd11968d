import { createHash } from 'node:crypto'
import { DomainError } from '@cityos/contract'
import { databaseName } from '../../local/postgres/databases.ts'
import { tenantLogins } from '../../local/postgres/logins.ts'
import { databaseUrl } from '../content.ts'
import type { JobWork } from '../job/task.ts'
import { namespaceOf } from '../names.ts'
import type { Held, Tenants } from '../tenants.ts'
import { type JobOrder, jobPaths } from './job-object.ts'
import type { JobPod } from './job-pod.ts'
import type { JobRunner } from './jobs.ts'

/** Longest time a Job may take; the steps of operations have the same. */
const longestSeconds = 3_600

export interface TenantOrder extends Pick<JobOrder, 'name' | 'release' | 'volume'> {
  work: JobWork
}

/** Jobs for a tenant that is held: where they run, with which login, what they tidy up on the way. */
export class TenantJobs {
  private readonly tenants: Tenants
  private readonly runner: JobRunner
  private readonly paths: { volume: string; scratch: string }

  /** @param paths folders of the pod; those of an image unless told otherwise */
  constructor(tenants: Tenants, runner: JobRunner, paths: { volume: string; scratch: string } = jobPaths) {
    this.tenants = tenants
    this.runner = runner
    this.paths = paths
  }

  /**
   * Namespace, volume and policies of today's chart: without a process for a tenant that is only to come, since what is loaded
   * has to lie somewhere.
   */
  async ensurePlace(held: Held): Promise<void> {
    const { has_stack, takes_jobs, active_release, run_open, document } = held.record
    if (has_stack && takes_jobs && active_release && !run_open) return
    if (!active_release) held.record = await this.tenants.change(held, { active_release: document?.release ?? null })
    await this.tenants.apply(held)
  }

  /** The same for what only works beside a tenant that has its place. @throws DomainError when it has none */
  async ready(held: Held): Promise<Held> {
    if (!held.record.has_stack || !held.record.document) throw noNamespace(held.record.id)
    await this.ensurePlace(held)
    return held
  }

  /** One Job to its end. Folders that nobody needs any more go with one that has the volume. */
  async perform<T>(held: Held, { name, release, volume, work }: TenantOrder, use: (pod: JobPod) => Promise<T>): Promise<T> {
    const { record, cluster } = held
    const stale = volume ? record.stale_dirs : []
    const order: JobOrder = {
      name,
      release,
      volume,
      tenantId: record.id,
      namespace: namespaceOf(record.id, cluster.cell),
      cell: cluster.cell,
      seconds: longestSeconds,
      task: { remove: stale.map((folder) => this.folder(folder)), work },
    }
    const done = await this.runner.perform(order, use, async () => void (await this.tenants.change(held, {})))
    if (stale.length > 0) {
      const stale_dirs = held.record.stale_dirs.filter((folder) => !stale.includes(folder))
      held.record = await this.tenants.change(held, { stale_dirs })
    }
    return done
  }

  /** An empty database for a while, of which nothing is left. @param name always the same for the same purpose: a killed one is replaced */
  async withScratch<T>({ record, cluster }: Held, name: string, use: (database: string) => Promise<T>): Promise<T> {
    const { databases, sealer } = this.tenants.parts
    const server = databases.of(cluster.cell)
    try {
      await server.replaceByEmpty(name)
      await server.letIn(name, tenantLogins(sealer, record.id))
      return await use(name)
    } finally {
      await server.dropDatabase(name)
    }
  }

  /** Address of a database as the tenant's owner login, from a pod. */
  ownerUrl({ record, cluster }: Held, database = databaseName(record.id)): string {
    return databaseUrl(cluster.cell.cluster.database, { name: database, login: tenantLogins(this.tenants.parts.sealer, record.id).owner })
  }

  /** Address of a database as the login of the tenant's processes, from a pod. */
  applicationUrl({ record, cluster }: Held, database: string): string {
    return databaseUrl(cluster.cell.cluster.database, {
      name: database,
      login: tenantLogins(this.tenants.parts.sealer, record.id).application,
    })
  }

  /** A folder of the tenant's volume. */
  folder(name: string): string {
    return `${this.paths.volume}/${name}`
  }

  get scratchFolder(): string {
    return `${this.paths.scratch}/files`
  }
}

/** A tenant has no namespace in which a Job could run. */
export function noNamespace(tenantId: string): DomainError {
  return new DomainError('dependency_unavailable', {
    message: `tenant ${tenantId} has no namespace in its cell now: nothing can be loaded for it`,
    details: { dependency: 'cluster' },
  })
}

/** The scratch database of one purpose and tenant. */
export function scratchName(purpose: 'test' | 'rehearsal', tenantId: string): string {
  return `scratch_${createHash('sha256').update(`${purpose} ${tenantId}`).digest('hex').slice(0, 16)}`
}
