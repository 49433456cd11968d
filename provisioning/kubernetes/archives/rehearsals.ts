import { randomBytes } from 'node:crypto'
import { DomainError } from '@cityos/contract'
import type { Fence } from '../../driver.ts'
import { rehearsedDocument } from '../../local/node/rehearsals.ts'
import { RehearsalReport, type RehearsalRequest } from '../../upgrade.ts'
import { bindingOf } from '../content.ts'
import type { Held, Tenants } from '../tenants.ts'
import { type Archives, requireArchive } from './archives.ts'
import { scratchName, type TenantJobs } from './tenant-jobs.ts'

/** Tries an upgrade on a copy: in one Job with the image of the release that is tried, beside the tenant. */
export class Rehearsals {
  private readonly tenants: Tenants
  private readonly archives: Archives
  private readonly jobs: TenantJobs

  constructor(tenants: Tenants, archives: Archives, jobs: TenantJobs) {
    this.tenants = tenants
    this.archives = archives
    this.jobs = jobs
  }

  /** See `DataPlaneDriver.rehearse`. */
  async run({ archive, identity, release, document }: RehearsalRequest, fence: Fence): Promise<RehearsalReport> {
    const store = this.archives.requireStore()
    const began = performance.now()
    // The tenant itself is not touched: its turn is asked for the fence alone, and free again while the copy is tried.
    const held = await this.tenants.fenced(archive.tenantId, fence, (each) => this.jobs.ready(each))
    await requireArchive(store, archive)
    try {
      return await this.jobs.withScratch(held, scratchName('rehearsal', archive.tenantId), async (database) => {
        const work = {
          task: 'rehearse' as const,
          identity,
          databaseUrl: this.jobs.ownerUrl(held, database),
          filesDir: this.jobs.scratchFolder,
          binding: await this.bindingFor(held, database, { release, document }),
        }
        return this.jobs.perform(held, { name: 'rehearsal', release, volume: false, work }, async (pod) => {
          await pod.check(store.open(archive))
          return RehearsalReport.parse(await pod.run(store.open(archive)))
        })
      })
    } catch (error) {
      if (!(error instanceof DomainError) || !aboutTheArchive.has(error.code)) throw error
      // As on one machine: an archive that cannot be loaded is the first step of the report.
      const milliseconds = Math.round(performance.now() - began)
      const step = { name: 'load', ok: false, milliseconds, message: error.message }
      return { ok: false, steps: [step], applied: [], rowCounts: { archive: {}, migrated: {} }, milliseconds }
    }
  }

  private async bindingFor(held: Held, database: string, { release, document }: Pick<RehearsalRequest, 'release' | 'document'>) {
    const url = this.jobs.applicationUrl(held, database)
    const sources = await this.tenants.sources(held)
    const { role: _, ...binding } = bindingOf({ ...sources, smtpUrl: null }, release, 'worker')
    return {
      ...binding,
      tenant: rehearsedDocument(document, release),
      database: { url, direct_url: url },
      secrets: { ...binding.secrets, plane_key: randomBytes(32).toString('base64') },
      mail: null,
      // In a pod of its own it has nothing to share with anybody.
      kept_assets_dir: undefined,
    }
  }
}

const aboutTheArchive = new Set(['archive_damaged', 'archive_wrong_key', 'archive_newer_schema'])
