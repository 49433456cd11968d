import { ReleaseMigration } from '@cityos/contract'
import { z } from 'zod'
import type { release } from '../../generated/client.ts'
import type { Release } from './release.contract.ts'

const Migrations = z.array(ReleaseMigration)

/** A row of the registry as the API shows it. @param tenants how many are on it */
export function viewOf(row: release, tenants: number): Release {
  const { yanked_at, yanked_by, yank_reason } = row
  return {
    version: row.version,
    schema: row.schema,
    status: row.status as Release['status'],
    current: row.is_current,
    platform: row.is_platform,
    tenants,
    protocol: row.protocol,
    commit: row.commit,
    size_bytes: Number(row.size_bytes),
    built_at: (row.built_at ?? row.created_at).toISOString(),
    created_at: row.created_at.toISOString(),
    yanked: yanked_at && yanked_by && yank_reason ? { at: yanked_at.toISOString(), by: yanked_by, reason: yank_reason } : null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  }
}

/** The journal of a release, in order. */
export function migrationsOf(row: Pick<release, 'migrations'>): ReleaseMigration[] {
  return Migrations.parse(row.migrations)
}
