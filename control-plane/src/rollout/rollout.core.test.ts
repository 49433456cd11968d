import { describe, expect, it } from 'vitest'
import type { GateReport } from './gate.contract.ts'
import { changeOf } from './rollout.changes.ts'
import {
  busyPatience,
  decide,
  type Observations,
  type RingState,
  type RolloutState,
  type TenantState,
  wedgedAfter,
  windowPatience,
} from './rollout.core.ts'

const now = Date.parse('2026-03-02T08:00:00.000Z')

const ring = (position: number, more: Partial<RingState> = {}): RingState => ({
  position,
  name: `ring ${position}`,
  kind: 'share',
  status: 'pending',
  maxFailures: 1,
  startedAt: null,
  soakStartedAt: null,
  soakUntil: null,
  ...more,
})
const tenant = (id: string, more: Partial<TenantState> = {}): TenantState => ({
  id,
  slug: id,
  ring: 1,
  control: false,
  status: 'pending',
  from: '1.0.0',
  reason: null,
  operationId: null,
  attempts: 0,
  retryAt: null,
  wedged: false,
  startedAt: null,
  ...more,
})
const state = (tenants: TenantState[], more: Partial<RolloutState> = {}): RolloutState => ({
  id: 'rlt_1',
  to: '2.0.0',
  status: 'running',
  soakSeconds: 60,
  parallel: 2,
  rings: [ring(1, { status: 'upgrading', startedAt: now }), ring(2)],
  tenants,
  ...more,
})
const seen = (more: Partial<Observations> = {}): Observations => ({
  operations: new Map(),
  frozen: false,
  available: true,
  gate: null,
  ...more,
})
const upgrading = (id: string, more: Partial<TenantState> = {}) =>
  tenant(id, { status: 'upgrading', operationId: `op_${id}`, startedAt: now, ...more })
const running = { ended: null, failure: null, cancelRequested: false }
const does = (actions: ReturnType<typeof decide>) =>
  actions.map((action) => ('tenant' in action ? `${action.do} ${action.tenant.id}` : action.do))
const report = (verdict: GateReport['verdict'], at: number) =>
  ({ verdict, at: new Date(at).toISOString(), figures: [], message: '' }) as unknown as GateReport

describe('while a ring is upgraded', () => {
  it('a few at a time, and nobody while it is paused, frozen, or waits', () => {
    const three = [tenant('a'), tenant('b', { retryAt: now + 1 }), tenant('c'), tenant('d')]
    expect(does(decide(state(three), seen(), now))).toEqual(['upgrade a', 'upgrade c'])
    expect(decide(state(three, { status: 'paused' }), seen(), now)).toEqual([])
    expect(decide(state(three), seen({ frozen: true }), now)).toEqual([])
    const one = state([upgrading('a'), tenant('b'), tenant('c')])
    expect(does(decide(one, seen({ operations: new Map([['op_a', running]]) }), now))).toEqual(['upgrade b'])
  })

  it('a tenant that hangs counts as failed and holds nobody up', () => {
    const hanging = upgrading('a', { startedAt: now - wedgedAfter - 1 })
    const operations = new Map([['op_a', running]])
    expect(does(decide(state([hanging, tenant('b')]), seen({ operations }), now))).toEqual(['wedged a'])
    const known = { ...hanging, wedged: true }
    expect(does(decide(state([known, tenant('b'), tenant('c')]), seen({ operations }), now))).toEqual(['upgrade b', 'upgrade c'])
    expect(does(decide(state([known, tenant('b', { status: 'upgraded' })]), seen({ operations }), now))).toEqual(['soak'])
    const rings = [ring(1, { status: 'passed' })]
    expect(decide(state([known], { rings }), seen({ operations }), now)).toEqual([])
  })

  it('more failures than allowed, or nobody else, stop it', () => {
    const failed = (id: string) => tenant(id, { status: 'failed' })
    expect(does(decide(state([failed('a'), tenant('b')]), seen(), now))).toEqual(['upgrade b'])
    expect(decide(state([failed('a'), failed('b'), tenant('c')]), seen(), now)).toMatchObject([
      { do: 'fail', failing: { figure: 'failures', value: 2, limit: 1 } },
    ])
    expect(does(decide(state([failed('a')]), seen(), now))).toEqual(['fail'])
  })

  it('one that somebody has left out counts for nothing and is not waited for', () => {
    const left = upgrading('a', { wedged: true, reason: 'skipped_by_hand' })
    const operations = new Map([['op_a', { ...running, cancelRequested: true }]])
    expect(does(decide(state([left, tenant('b', { status: 'upgraded' })]), seen({ operations }), now))).toEqual(['soak'])
    const change = changeOf(state([left]), { do: 'failed', tenant: left, failure: { step: 'migrate', message: 'cancelled' } }, now)
    expect(change.tenants[0]?.patch.status).toBe('skipped')
  })

  it('waits for windows a day, then they go with the next ring; for another operation an hour', () => {
    const waits = tenant('b', { reason: 'window', retryAt: now + 1 })
    const at = (startedAt: number) => [ring(1, { status: 'upgrading', startedAt }), ring(2)]
    const members = [tenant('a', { status: 'upgraded' }), waits]
    expect(decide(state(members, { rings: at(now - windowPatience + 1) }), seen(), now)).toEqual([])
    expect(decide(state(members, { rings: at(now - windowPatience) }), seen(), now)).toMatchObject([{ do: 'defer', to: { position: 2 } }])
    expect(decide(state([waits], { rings: at(now - windowPatience) }), seen(), now)).toEqual([])
    const busy = tenant('b', { reason: 'busy', retryAt: now + 1 })
    expect(does(decide(state([busy], { rings: at(now - busyPatience - 1) }), seen(), now))).toEqual(['leave-out b'])
  })

  it('a release that is yanked meanwhile goes back', () => {
    expect(decide(state([tenant('a')]), seen({ available: false }), now)).toMatchObject([{ do: 'fail', failing: { figure: 'yanked' } }])
  })
})

describe('the soak', () => {
  const soaking = [ring(1, { status: 'soaking', startedAt: now, soakStartedAt: now, soakUntil: now + 60_000 }), ring(2)]
  const members = [tenant('a', { status: 'upgraded' })]

  it('is over when its time is and a look after that found nothing', () => {
    const at = (when: number, gate: GateReport | null) => does(decide(state(members, { rings: soaking }), seen({ gate }), when))
    expect(at(now + 59_000, report('watching', now + 59_000))).toEqual([])
    expect(at(now + 60_000, report('watching', now + 59_000))).toEqual([])
    expect(at(now + 60_000, report('passed', now + 60_000))).toEqual(['pass'])
    expect(at(now + 10_000, report('failed', now + 10_000))).toEqual(['fail'])
  })
})

describe('the way back', () => {
  const rings = [ring(1, { status: 'passed' }), ring(2, { status: 'rolling_back' }), ring(3)]
  const back = (tenants: TenantState[], operations: Observations['operations'] = new Map()) =>
    does(decide(state(tenants, { status: 'rolling_back', rings }), seen({ operations, frozen: true, available: false }), now))

  it('stops what is under way, takes back what was upgraded, and leaves other rings alone', () => {
    const under = upgrading('a', { ring: 2 })
    expect(back([under], new Map([['op_a', running]]))).toEqual(['cancel a'])
    const asked = new Map([['op_a', { ...running, cancelRequested: true }]])
    const others = [
      tenant('b', { ring: 2, status: 'upgraded' }),
      tenant('c', { ring: 1, status: 'upgraded' }),
      tenant('d', { ring: 2, status: 'failed' }),
    ]
    expect(back([under, ...others], asked)).toEqual(['back b'])
    expect(back([under], new Map([['op_a', { ended: 'failed', failure: null, cancelRequested: true }]]))).toEqual(['stopped a'])
  })

  it('tries again until everybody is back, then ends', () => {
    const trying = tenant('b', { ring: 2, status: 'rolling_back', operationId: 'op_b' })
    expect(back([trying], new Map([['op_b', { ...running, ended: 'failed' as const }]]))).toEqual(['back-failed b'])
    expect(back([{ ...trying, operationId: null, retryAt: now + 1 }])).toEqual([])
    expect(back([{ ...trying, operationId: null, retryAt: now }])).toEqual(['back b'])
    expect(back([tenant('b', { ring: 2, status: 'rolled_back' })])).toEqual(['ring-back'])
    const done = [ring(1, { status: 'passed' }), ring(2, { status: 'rolled_back' }), ring(3)]
    expect(does(decide(state([], { status: 'rolling_back', rings: done }), seen(), now))).toEqual(['finish'])
  })

  it('waits longer after each try', () => {
    const pauses = [0, 1, 9].map((attempts) => {
      const action = { do: 'back-failed', tenant: tenant('b', { attempts }), message: 'no' } as const
      return ((changeOf(state([]), action, now).tenants[0]?.patch.retryAt ?? 0) - now) / 1000
    })
    expect(pauses).toEqual([2, 5, 300])
  })

  it('the end says of everybody what became of them', () => {
    const whole = state([], { status: 'rolling_back', rings })
    const change = changeOf(whole, { do: 'finish', status: 'rolled_back' }, now)
    expect(change.pending).toMatchObject({ rings: [1, 2, 3], patch: { status: 'not_reached' } })
    expect(change.rings).toEqual([{ position: 3, patch: { status: 'not_reached' } }])
  })
})
