import type { rollout_event } from '../../generated/client.ts'
import { json, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { GateReport } from './gate.contract.ts'
import type { TimelineEntry } from './rollout.changes.ts'
import type { RolloutEvent, RolloutEventKind } from './rollout.contract.ts'

/** Appends lines to a rollout's timeline, and tells whoever is reading it. */
export async function appendEvents(tx: Tx, rolloutId: string, at: Date, entries: readonly TimelineEntry[]): Promise<void> {
  for (const entry of entries) {
    const parameters = { ...entry.parameters, ...(await counted(tx, rolloutId, entry.kind)) }
    await tx.rollout_event.create({
      data: {
        rollout_id: rolloutId,
        at,
        kind: entry.kind,
        ring: entry.ring,
        tenant_id: entry.tenant?.id ?? null,
        tenant_slug: entry.tenant?.slug ?? null,
        parameters: json(parameters),
        ...(entry.gate ? { gate: json(entry.gate) } : {}),
        message: say({ ...entry, parameters }),
      },
    })
  }
  await Signals.announce(tx, `rollout:${rolloutId}`)
}

/** At the end: how many tenants are on the new release, or back. */
async function counted(tx: Tx, rolloutId: string, kind: RolloutEventKind): Promise<{ tenants?: number }> {
  if (kind !== 'succeeded' && kind !== 'rolled_back') return {}
  const status = kind === 'succeeded' ? 'upgraded' : 'rolled_back'
  return { tenants: await tx.rollout_tenant.count({ where: { rollout_id: rolloutId, status } }) }
}

export function viewEvent(row: rollout_event): RolloutEvent {
  return {
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    kind: row.kind as RolloutEventKind,
    ring: row.ring,
    tenant_id: row.tenant_id,
    tenant_slug: row.tenant_slug,
    parameters: row.parameters as RolloutEvent['parameters'],
    gate: row.gate ? GateReport.parse(row.gate) : null,
    message: row.message,
  }
}

/** One line of the timeline in English. */
function say({ kind, ring, tenant, parameters: p, gate }: TimelineEntry): string {
  const who = tenant?.slug ?? ''
  const why = p['reason'] ? `: ${p['reason']}` : ''
  const by = p['by'] ? ` by ${p['by']}` : ''
  const lines: Record<RolloutEventKind, () => string> = {
    planned: () => `planned to ${p['to']}: ${p['tenants']} tenants in ${p['rings']} rings`,
    started: () => `started${by}`,
    paused: () => `paused${by}${why}`,
    resumed: () => `resumed${by}`,
    ring_started: () => `ring ${ring}: ${p['tenants']} tenants`,
    tenant_started: () => `${who}: ${p['from']} → ${p['to']}`,
    tenant_upgraded: () => `${who} is upgraded, after ${p['seconds']} s`,
    tenant_failed: () => `${who} failed at ${p['step']}: ${p['message']}; it is on its former release`,
    tenant_waits: () => `${who} waits: ${p['reason']}`,
    tenant_deferred: () => `${who} goes with the next ring: ${p['reason']}`,
    tenant_skipped: () => `${who} is left out${by}${why}`,
    tenant_wedged: () => `${who} has not ended for ${p['minutes']} minutes: it counts as failed`,
    soak_started: () => `ring ${ring} soaks for ${p['seconds']} s`,
    gate_looked: () => `the gate looked at ring ${ring}: ${gate?.message ?? ''}`,
    ring_passed: () => `ring ${ring} passed: ${p['upgraded']} upgraded, ${p['failed']} failed`,
    ring_skipped: () => `ring ${ring} is skipped${by}${why}`,
    ring_failed: () => `ring ${ring} goes back: ${p['figure']} ${p['value'] ?? ''}, limit ${p['limit'] ?? ''}`,
    tenant_goes_back: () => `${who} goes back: ${p['from']} → ${p['to']}`,
    tenant_rolled_back: () => `${who} is back, after ${p['seconds']} s`,
    tenant_back_failed: () => `${who} could not go back yet: ${p['message']}`,
    ring_rolled_back: () => `ring ${ring} is back: ${p['tenants']} tenants`,
    roll_back_asked: () => `asked to go back${by} (${p['scope']})${why}`,
    succeeded: () => `succeeded: ${p['tenants']} tenants upgraded`,
    rolled_back: () => `rolled back: ${p['tenants']} tenants`,
  }
  return lines[kind]()
}
