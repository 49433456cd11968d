import { DomainError } from '@cityos/contract'
import type { maintenance_window, tenant, tenant_pin } from '../../generated/client.ts'
import type { Settlement } from '../operations/definition.ts'
import { requireStatus } from '../operations/document-step.ts'
import type { Db } from '../registry/registry.ts'
import type { MaintenanceWindow } from './fleet-rules.contract.ts'
import { windowOpensAt } from './maintenance-window.ts'
import type { RolloutReason } from './rollout.contract.ts'
import { obstacleBetween } from './skew.ts'

export const servingStatuses = ['trial', 'active', 'past_due', 'suspended'] as const

/** Why a tenant cannot be upgraded now. */
export interface Obstacle {
  reason: Extract<RolloutReason, 'pinned' | 'window' | 'skew' | 'not_serving'>
  message: string
  /** When the window opens. */
  opensAt: Date | null
}

export type TenantWithRules = tenant & { pin: tenant_pin | null; window: maintenance_window | null }

/**
 * What stands against bringing a tenant to a release, the lasting reason first; null: nothing.
 * @param skew why the two releases do not fit, as `obstacleBetween` says
 */
export function obstacleOf(row: TenantWithRules, to: string, skew: string | null, now: Date): Obstacle | null {
  if (row.deleted_at || !(servingStatuses as readonly string[]).includes(row.status))
    return { reason: 'not_serving', message: `it is ${row.deleted_at ? 'deleted' : row.status}`, opensAt: null }
  if (row.pin && row.pin.until > now && row.pin.release !== to) return { reason: 'pinned', message: describePin(row.pin), opensAt: null }
  if (skew) return { reason: 'skew', message: skew, opensAt: null }
  const opensAt = row.window ? windowOpensAt(viewWindow(row.window), now) : null
  if (opensAt) return { reason: 'window', message: `its maintenance window opens at ${opensAt.toISOString()}`, opensAt }
  return null
}

function describePin(pin: tenant_pin): string {
  const kept = pin.release ? `to ${pin.release}` : 'to its release'
  return `pinned ${kept} until ${pin.until.toISOString()} by ${pin.owner}: ${pin.reason}`
}

export function viewWindow(row: maintenance_window): MaintenanceWindow {
  return { days: row.days, from: row.opens, to: row.closes, time_zone: row.time_zone }
}

/** The freeze that holds now, if there is one. */
export async function freezeNow(db: Db, now: Date) {
  const row = await db.fleet_freeze.findUnique({ where: { id: 'fleet' } })
  return row && (row.until === null || row.until > now) ? row : null
}

const codes = {
  pinned: 'tenant_pinned',
  window: 'outside_maintenance_window',
  skew: 'version_skew',
  not_serving: 'invalid_transition',
} as const

interface UpgradeRequest {
  from: string
  to: string
  rollout_id: string | null
  override: string | null
}

/**
 * Checks that a tenant may be upgraded now. By hand, a reason overrides pin and window; nothing overrides skew or a freeze.
 * @throws DomainError unknown_release | invalid_transition | fleet_frozen | tenant_pinned | outside_maintenance_window | version_skew
 */
export async function requireUpgradeable({ tx, tenantId, parameters, now }: Settlement<UpgradeRequest>): Promise<void> {
  const { from, to, override } = parameters
  await requireStatus(tx, tenantId, servingStatuses, 'upgraded')
  const row = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, include: { pin: true, window: true } })
  if (row.release === to) throw new DomainError('invalid_transition', { message: `${row.slug} is on ${to} already` })
  if (row.release !== from)
    throw new DomainError('invalid_transition', { message: `${row.slug} is on ${row.release}, no longer on ${from}` })
  await requireAvailable(tx, to)
  const freeze = await freezeNow(tx, now)
  if (freeze) throw frozen(freeze.reason)
  const obstacle = obstacleOf(row, to, await obstacleBetween(tx, from, to), now)
  if (!obstacle) return
  if (override !== null && (obstacle.reason === 'pinned' || obstacle.reason === 'window')) return
  throw new DomainError(codes[obstacle.reason], {
    message: `${row.slug} cannot be upgraded: ${obstacle.message}`,
    details: { reason: obstacle.reason, opens_at: obstacle.opensAt?.toISOString() ?? null },
  })
}

/** @throws DomainError unknown_release | invalid_transition for one that was yanked */
export async function requireAvailable(db: Db, version: string): Promise<void> {
  const release = await db.release.findUnique({ where: { version } })
  if (!release) throw new DomainError('unknown_release', { field: 'to', message: `release ${version} is not known to this platform` })
  if (release.status !== 'available')
    throw new DomainError('invalid_transition', {
      field: 'to',
      message: `release ${version} was ${release.status}: no tenant is brought to it`,
    })
}

export function frozen(reason: string): DomainError {
  return new DomainError('fleet_frozen', { message: `releases are frozen: ${reason}`, details: { reason } })
}

/** Going back is never held up by freeze, pin or window. @throws DomainError unknown_release | invalid_transition */
export async function requireDowngradeable({ tx, tenantId, parameters }: Settlement<{ from: string; to: string }>): Promise<void> {
  const row = await requireStatus(tx, tenantId, servingStatuses, 'taken back')
  if (row.release !== parameters.from)
    throw new DomainError('invalid_transition', { message: `${row.slug} is on ${row.release}, no longer on ${parameters.from}` })
  const former = await tx.release.findUnique({ where: { version: parameters.to }, select: { status: true } })
  if (!former) throw new DomainError('unknown_release', { message: `release ${parameters.to} is not known to this platform` })
  if (former.status === 'pruned')
    throw new DomainError('invalid_transition', { message: `release ${parameters.to} was pruned: build it again to go back to it` })
}
