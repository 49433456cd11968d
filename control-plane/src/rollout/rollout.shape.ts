import { z } from 'zod'
import { GateReport, GateThresholds } from './gate.contract.ts'

/** `rolling_back`: the ring that failed (or, asked for by hand, everything) goes back; it ends as `rolled_back`. */
export const RolloutStatus = z.enum(['planned', 'running', 'paused', 'rolling_back', 'succeeded', 'rolled_back'])
export type RolloutStatus = z.infer<typeof RolloutStatus>

/**
 * `failed`: its own upgrade failed and it is on its former release; `blocked`: it cannot be part of this rollout (`reason`);
 * `not_reached`: the rollout ended before its turn. At the end of a rollout every tenant is `upgraded`, `rolled_back`,
 * `failed`, `skipped`, `blocked` or `not_reached`.
 */
export const RolloutTenantStatus = z.enum([
  'pending',
  'upgrading',
  'upgraded',
  'rolling_back',
  'rolled_back',
  'failed',
  'skipped',
  'blocked',
  'not_reached',
])
export type RolloutTenantStatus = z.infer<typeof RolloutTenantStatus>

/** Why a tenant is not upgraded, or not yet. `window`: it waits for its maintenance window; `busy`: for another operation. */
export const RolloutReason = z.enum([
  'pinned',
  'window',
  'skew',
  'not_serving',
  'busy',
  'frozen',
  'operation_failed',
  'wedged',
  'skipped_by_hand',
  'rollback_skipped',
])
export type RolloutReason = z.infer<typeof RolloutReason>

/** `control`: the tenants held out for comparison until the last soak, upgraded at the end. */
export const RingKind = z.enum(['internal', 'share', 'rest', 'control'])
export type RingKind = z.infer<typeof RingKind>

/** `passed` also means that there was nobody to upgrade. */
export const RingStatus = z.enum(['pending', 'upgrading', 'soaking', 'passed', 'skipped', 'rolling_back', 'rolled_back', 'not_reached'])
export type RingStatus = z.infer<typeof RingStatus>

/** Tenants of a ring by status; a status no tenant has is 0. */
export const RolloutCounts = z.record(RolloutTenantStatus, z.int())
export type RolloutCounts = z.infer<typeof RolloutCounts>

export const RolloutRing = z.object({
  /** From 1, in the order in which they are upgraded. */
  position: z.int(),
  /** As it was asked for: `internal`, `10%`, `rest`; the last one is always `control`. */
  name: z.string(),
  kind: RingKind,
  status: RingStatus,
  tenants: z.int(),
  counts: RolloutCounts,
  /** Tenants of the ring that may fail before it goes back. */
  max_failures: z.int(),
  started_at: z.iso.datetime().nullable(),
  soak_started_at: z.iso.datetime().nullable(),
  /** When the soak will be over. */
  soak_until: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  /** The last look of the gate; null before the ring soaks. */
  gate: GateReport.nullable(),
})
export type RolloutRing = z.infer<typeof RolloutRing>

/** Why a rollout went back: the ring, the figure that was past its limit, and when. */
export const RolloutFailure = z.object({
  ring: z.string(),
  at: z.iso.datetime(),
  /** Name of the figure (`GateFigure.name`), `failures` (more tenants than allowed) or `by_hand`. */
  figure: z.string(),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  message: z.string(),
})
export type RolloutFailure = z.infer<typeof RolloutFailure>

export const Rollout = z.object({
  id: z.string(),
  /** The release it brings the fleet to. */
  to: z.string(),
  status: RolloutStatus,
  rings: z.array(RolloutRing),
  /** Position of the ring it is at; null before it starts and after it ended. */
  current_ring: z.int().nullable(),
  soak_seconds: z.int(),
  /** Tenants of a ring that may fail; null: one in twenty, and one in a ring of three or more. */
  max_failures: z.int().nullable(),
  /** Tenants upgraded at the same time. */
  parallel: z.int(),
  /** Each tenant's upgrade begins with a rehearsal on a quarantined clone. */
  rehearse: z.boolean(),
  /** Share of the fleet held out for comparison, 0 to 0.5. */
  control_share: z.number(),
  thresholds: GateThresholds,
  tenants: z.int(),
  counts: RolloutCounts,
  /** The fleet is frozen: nothing new is upgraded until that ends; going back is never held up. */
  frozen: z.boolean(),
  failure: RolloutFailure.nullable(),
  paused_reason: z.string().nullable(),
  /** What may be asked of it now; buttons are derived from this. */
  actions: z.array(z.enum(['start', 'pause', 'resume', 'skip', 'roll-back'])),
  requested_by: z.string(),
  requested_by_id: z.string(),
  /** When it should be done, from how long upgrades and rehearsals took so far. */
  predicted_end_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
})
export type Rollout = z.infer<typeof Rollout>

export const RolloutTenant = z.object({
  tenant_id: z.string(),
  tenant_slug: z.string(),
  /** Name and position of its ring; null where it is blocked. */
  ring: z.string().nullable(),
  ring_position: z.int().nullable(),
  /** It is held out for comparison. */
  control: z.boolean(),
  status: RolloutTenantStatus,
  /** The release it had when the rollout was made: where it goes back to. */
  from_release: z.string(),
  reason: RolloutReason.nullable(),
  /** The reason in words. */
  message: z.string().nullable(),
  /** When its maintenance window opens, while it waits for it. */
  window_opens_at: z.iso.datetime().nullable(),
  /** The operation under way, or the last one. */
  operation_id: z.string().nullable(),
  /** How long its upgrade took, or is expected to take, in seconds. */
  seconds: z.number().nullable(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
})
export type RolloutTenant = z.infer<typeof RolloutTenant>

export const RolloutEventKind = z.enum([
  'planned',
  'started',
  'paused',
  'resumed',
  'ring_started',
  'tenant_started',
  'tenant_upgraded',
  'tenant_failed',
  'tenant_waits',
  'tenant_deferred',
  'tenant_skipped',
  'tenant_wedged',
  'soak_started',
  'gate_looked',
  'ring_passed',
  'ring_skipped',
  'ring_failed',
  'tenant_goes_back',
  'tenant_rolled_back',
  'tenant_back_failed',
  'ring_rolled_back',
  'roll_back_asked',
  'succeeded',
  'rolled_back',
])
export type RolloutEventKind = z.infer<typeof RolloutEventKind>

/** One line of the timeline. The console says `kind` with `parameters` in its own language; `message` is the same in English. */
export const RolloutEvent = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  kind: RolloutEventKind,
  ring: z.string().nullable(),
  tenant_id: z.string().nullable(),
  tenant_slug: z.string().nullable(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** What the gate saw, where that is what happened. */
  gate: GateReport.nullable(),
  message: z.string(),
})
export type RolloutEvent = z.infer<typeof RolloutEvent>

/** What `stream` sends; `rollout` is its state when the event is sent. SSE `id` is `sequence`. */
export const RolloutNews = RolloutEvent.extend({ rollout: Rollout })
export type RolloutNews = z.infer<typeof RolloutNews>

/** `internal`, a share such as `1%` or `12.5%` of the fleet, `rest`. */
const RingName = z.string().regex(/^(internal|rest|(?:100|\d{1,2}(?:\.\d{1,2})?)%)$/)

export const PlanRollout = z.object({
  to: z.string().max(120),
  /** The last one is `rest`. */
  rings: z.array(RingName).min(1).max(12).default(['internal', '1%', '10%', '20%', '30%', 'rest']),
  soak_seconds: z.int().min(0).max(604_800).default(600),
  max_failures: z.int().min(0).max(1000).nullable().default(null),
  parallel: z.int().min(1).max(16).default(2),
  rehearse: z.boolean().default(true),
  control_share: z.number().min(0).max(0.5).default(0.05),
  /** What differs from the defaults. */
  thresholds: GateThresholds.partial().default({}),
})
export type PlanRollout = z.infer<typeof PlanRollout>

export const CreateRollout = PlanRollout.extend({ start: z.boolean().default(true) })
export type CreateRollout = z.infer<typeof CreateRollout>

export const RolloutPreview = z.object({
  to: z.string(),
  rings: z.array(
    z.object({
      position: z.int(),
      name: z.string(),
      kind: RingKind,
      tenants: z.int(),
      max_failures: z.int(),
      predicted_seconds: z.number(),
      /** The first few of them, by slug. */
      sample: z.array(z.object({ id: z.string(), slug: z.string() })),
    }),
  ),
  tenants: z.array(RolloutTenant),
  /** Tenants by reason for which they cannot, or not at any time, be upgraded. */
  reasons: z.record(RolloutReason, z.int()),
  predicted_seconds: z.number(),
  /** What the prediction is made from. */
  predicted_from: z.enum(['upgrades', 'rehearsals', 'nothing_yet']),
  /** Set where it could not be started now, with the reason in words. */
  refused: z.object({ code: z.string(), message: z.string() }).nullable(),
  thresholds: GateThresholds,
})
export type RolloutPreview = z.infer<typeof RolloutPreview>
