import { ReleaseMigration, type Upgradeable, upgradeObstacle } from '@cityos/contract'
import { z } from 'zod'
import type { release } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'

const Migrations = z.array(ReleaseMigration)

function upgradeableOf(row: release): Upgradeable {
  return { version: row.version, migrations: Migrations.parse(row.migrations), upgrade_from: row.upgrade_from, protocol: row.protocol }
}

/** Why tenants on these releases cannot be brought to `to`, by release; those that can are not in it. */
export async function obstaclesTo(db: Db, from: readonly string[], to: string): Promise<ReadonlyMap<string, string>> {
  const rows = new Map(
    (await db.release.findMany({ where: { version: { in: [...from, to] } } })).map((row) => [row.version, upgradeableOf(row)]),
  )
  const target = rows.get(to)
  const found = new Map<string, string>()
  for (const version of from) {
    const origin = rows.get(version)
    const obstacle = origin && target ? upgradeObstacle(origin, target) : `release ${origin ? to : version} is not known to this platform`
    if (obstacle !== null) found.set(version, obstacle)
  }
  return found
}

/** Why a tenant on `from` cannot be brought to `to`; null when it can. */
export async function obstacleBetween(db: Db, from: string, to: string): Promise<string | null> {
  return (await obstaclesTo(db, [from], to)).get(from) ?? null
}
