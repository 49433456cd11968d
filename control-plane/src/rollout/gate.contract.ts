import { z } from 'zod'

/** What the gate compares the upgraded tenants of a ring with the control group by. */
export const GateThresholds = z.object({
  /** Requests of each arm below which synthetic probes decide instead of traffic. */
  min_requests: z.int().min(1),
  /** Share of requests that may fail beyond the control group's: the budget of the burn rate. */
  error_budget: z.number().positive().max(1),
  /** The same for checkouts. */
  checkout_budget: z.number().positive().max(1),
  /** Checkouts of the upgraded arm below which their failures are not judged. */
  min_checkouts: z.int().min(1),
  /** How many times the budget may burn, over the short and the long window both. */
  burn_rate: z.number().positive(),
  /** p95 latency may be this many times the control group's … */
  latency_factor: z.number().min(1),
  /** … and must be this much above it to count, in milliseconds. */
  latency_floor_ms: z.number().min(0),
  /** Memory of a process may be this many times the control group's … */
  memory_factor: z.number().min(1),
  /** … and must be this much above it, in bytes, and still growing, to count as a leak. */
  memory_floor_bytes: z.int().min(0),
  /** Crashes of upgraded processes beyond the control group's. */
  max_crashes: z.int().min(0),
  /** Share of synthetic checks that may fail beyond the control group's. */
  probe_budget: z.number().positive().max(1),
})
export type GateThresholds = z.infer<typeof GateThresholds>

export const defaultThresholds: GateThresholds = {
  min_requests: 200,
  error_budget: 0.01,
  checkout_budget: 0.02,
  min_checkouts: 10,
  burn_rate: 2,
  latency_factor: 1.5,
  latency_floor_ms: 100,
  memory_factor: 1.5,
  memory_floor_bytes: 67_108_864,
  max_crashes: 1,
  probe_budget: 0.05,
}

/** One arm over the whole soak so far. */
export const GateArm = z.object({
  tenants: z.int(),
  requests: z.int(),
  errors: z.int(),
  checkouts: z.int(),
  failed_checkouts: z.int(),
  /** Null below one request. */
  error_rate: z.number().nullable(),
  p95_ms: z.number().nullable(),
  /** Median of its processes. */
  memory_bytes: z.int().nullable(),
  /** Mean of the largest tenth of its processes. */
  memory_worst_bytes: z.int().nullable().default(null),
  crashes: z.int(),
  probes: z.object({ checks: z.int(), failed: z.int() }),
})
export type GateArm = z.infer<typeof GateArm>

export const GateFigure = z.object({
  name: z.enum(['error_rate', 'failed_checkouts', 'latency_p95', 'memory', 'memory_worst', 'crashes', 'probes']),
  /** What was measured: a burn rate, milliseconds, bytes, a count, a share. */
  value: z.number().nullable(),
  /** The same over the short window, where there are two. */
  short: z.number().nullable(),
  limit: z.number(),
  unit: z.enum(['times budget', 'milliseconds', 'bytes', 'count', 'share']),
  /** `not_enough`: too little to judge by. `unconfirmed`: above the limit, and the next look decides. */
  verdict: z.enum(['ok', 'exceeded', 'not_enough', 'unconfirmed']),
})
export type GateFigure = z.infer<typeof GateFigure>

export const GateReport = z.object({
  at: z.iso.datetime(),
  verdict: z.enum(['watching', 'passed', 'failed']),
  /** `probes`: an arm has had too few requests, so synthetic probes decide. `none`: the ring upgraded nobody. */
  basis: z.enum(['traffic', 'probes', 'none']),
  /** Seconds. */
  short_window: z.number(),
  long_window: z.number(),
  upgraded: GateArm,
  control: GateArm,
  figures: z.array(GateFigure),
  message: z.string(),
})
export type GateReport = z.infer<typeof GateReport>
