import { latencyBoundsMs } from '@cityos/provisioning/upgrade'
import { describe, expect, it } from 'vitest'
import { defaultThresholds } from './gate.contract.ts'
import { type ArmSample, armSample, deltaOf, type GateSample, p95, worstTenth } from './gate.sample.ts'
import { judge, shortWindow } from './gate.ts'

const start = Date.parse('2026-03-02T08:00:00.000Z')
const bucketOf = (milliseconds: number) => latencyBoundsMs.indexOf(milliseconds as 100)

function arm(values: Partial<Omit<ArmSample, 'latency'>> & { p95?: number }): ArmSample {
  const { p95: slow = 100, ...rest } = values
  const latency = new Array<number>(latencyBoundsMs.length + 1).fill(0)
  latency[bucketOf(slow)] = values.requests ?? 0
  const nothing = {
    segment: 'a',
    tenants: 3,
    requests: 0,
    errors: 0,
    checkouts: 0,
    failedCheckouts: 0,
    restarts: 0,
    memory: 100e6,
    memoryWorst: 110e6,
  }
  return { ...nothing, probes: { checks: 0, failed: 0 }, ...rest, latency }
}

/** Looks every ten seconds over a soak of two minutes, each arm as a function of the look. */
function soak(upgraded: (look: number) => Parameters<typeof arm>[0], control: (look: number) => Parameters<typeof arm>[0], looks = 12) {
  const samples: GateSample[] = []
  for (let look = 0; look <= looks; look++)
    samples.push({ at: start + look * 10_000, upgraded: arm(upgraded(look)), control: arm(control(look)) })
  return judge(samples, { startedAt: start, until: start + 120_000, seconds: 120 }, defaultThresholds, start + looks * 10_000)
}

const well = (look: number) => ({ requests: look * 100, errors: 0, checkouts: look * 5 })
const figure = (report: ReturnType<typeof judge>, name: string) => report.figures.find((candidate) => candidate.name === name)

describe('the gate', () => {
  it('lets two arms pass that are alike, once the soak is over', () => {
    expect(soak(well, well)).toMatchObject({
      verdict: 'passed',
      basis: 'traffic',
      upgraded: { requests: 1200 },
      control: { requests: 1200 },
    })
    expect(soak(well, well, 6).verdict).toBe('watching')
  })

  it('stops at errors that burn the budget faster than the control group’s', () => {
    const report = soak((look) => ({ ...well(look), errors: look * 20 }), well, 6)
    expect(report).toMatchObject({ verdict: 'failed', upgraded: { errors: 120, error_rate: 0.2 } })
    expect(figure(report, 'error_rate')).toMatchObject({ value: 20, limit: 2, verdict: 'exceeded' })
  })

  it('does not blame the release for what strikes both arms', () => {
    const troubled = (look: number) => ({ ...well(look), errors: look * 20, failedCheckouts: look })
    expect(soak(troubled, troubled).verdict).toBe('passed')
  })

  it('does not stop at something long past, nor at a single bad moment', () => {
    const past = soak((look) => ({ ...well(look), errors: Math.min(look, 3) * 20 }), well)
    expect(figure(past, 'error_rate')).toMatchObject({ value: 5, short: 0, verdict: 'ok' })
    const one = soak((look) => ({ ...well(look), checkouts: look, failedCheckouts: look > 5 ? 1 : 0 }), well)
    expect(figure(one, 'failed_checkouts')).toMatchObject({ verdict: 'ok' })
  })

  it('stops at failed checkouts although few requests fail', () => {
    const report = soak((look) => ({ ...well(look), failedCheckouts: look * 2 }), well, 8)
    expect(figure(report, 'failed_checkouts')).toMatchObject({ value: 20, verdict: 'exceeded' })
  })

  it('compares p95 with factor and floor, in the soak alone', () => {
    expect(soak((look) => ({ ...well(look), p95: 1000 }), well)).toMatchObject({ verdict: 'failed', upgraded: { p95_ms: 1000 } })
    expect(soak((look) => ({ ...well(look), p95: 150 }), well).verdict).toBe('passed')
    const samples = Array.from({ length: 8 }, (_, look) => ({
      at: start + look * 10_000,
      upgraded: arm({ ...well(look), p95: 1000 }),
      control: arm(well(look)),
    }))
    const before = judge(samples, { startedAt: null, until: null, seconds: 120 }, defaultThresholds, start + 70_000)
    expect(figure(before, 'latency_p95')?.verdict).toBe('not_enough')
  })

  it('takes no slow moment of a few hundred requests for a slower release', () => {
    const times = (look: number, milliseconds: number, slow: number) => {
      const all = arm({ ...well(look), p95: 150 })
      const few = Math.round(look * 100 * slow)
      all.latency[bucketOf(150)]! -= few
      all.latency[bucketOf(milliseconds)]! += few
      return all
    }
    const judged = (upgraded: (look: number) => ArmSample, looks = 3) =>
      figure(
        judge(
          Array.from({ length: looks + 1 }, (_, look) => ({
            at: start + look * 10_000,
            upgraded: upgraded(look),
            control: times(look * 2, 150, 0),
          })),
          { startedAt: start, until: start + 120_000, seconds: 120 },
          defaultThresholds,
          start + looks * 10_000,
        ),
        'latency_p95',
      )
    // 250 would be the limit, and these lie between 200 and 300
    expect(judged((look) => times(look, 300, 0.2))).toMatchObject({ value: 300, limit: 300, verdict: 'ok' })
    // one in fifteen of 300 is what chance may bring, of 6,000 it is not
    expect(judged((look) => times(look, 500, 0.07))).toMatchObject({ value: 500, verdict: 'ok' })
    expect(judged((look) => times(look * 20, 500, 0.07))).toMatchObject({ value: 500, verdict: 'exceeded' })
    // slow when the soak began, and no more
    const began = (look: number) => {
      const all = times(look * 2, 150, 0)
      if (look > 0) all.latency[bucketOf(1000)]! += 60
      return all
    }
    expect(judged(began)).toMatchObject({ value: 1000, short: 150, verdict: 'ok' })
    expect(judged(began, 1)).toMatchObject({ verdict: 'exceeded' })
  })

  it('calls it a leak when memory is far above the control group’s and still grows', () => {
    expect(
      figure(
        soak((look) => ({ ...well(look), memory: 150e6 + look * 20e6 }), well),
        'memory',
      )?.verdict,
    ).toBe('exceeded')
    expect(
      figure(
        soak((look) => ({ ...well(look), memory: 160e6 }), well),
        'memory',
      )?.verdict,
    ).toBe('ok')
    expect(
      figure(
        soak((look) => ({ ...well(look), memory: 300e6 }), well),
        'memory',
      )?.verdict,
    ).toBe('ok')
  })

  it('sees a leak of a few processes, which the median hides, and not one that is merely larger or warms up', () => {
    const worst = (memoryWorst: (look: number) => number) =>
      figure(
        soak((look) => ({ ...well(look), memoryWorst: memoryWorst(look) }), well),
        'memory_worst',
      )?.verdict
    expect(worst((look) => 110e6 + look * 20e6)).toBe('exceeded')
    expect(worst(() => 300e6)).toBe('ok')
    // most of it in the beginning, as a process does that has just been started
    expect(worst((look) => 110e6 + 100e6 * (1 - 0.5 ** look))).toBe('ok')
    expect(worst((look) => 110e6 + look * 4e6)).toBe('ok')
  })

  it('counts crashes beyond the control group’s', () => {
    expect(soak((look) => ({ ...well(look), restarts: Math.floor(look / 3) }), well, 9)).toMatchObject({ verdict: 'failed' })
    expect(soak((look) => ({ ...well(look), restarts: look > 4 ? 1 : 0 }), well).verdict).toBe('passed')
  })

  it('is decided by probes below 200 requests an arm, and says so', () => {
    const quiet = (failed: number) => (look: number) => ({ requests: look, probes: { checks: 15, failed } })
    const bad = soak(quiet(3), quiet(0), 4)
    expect(bad).toMatchObject({ verdict: 'failed', basis: 'probes', upgraded: { probes: { checks: 75, failed: 15 } } })
    expect(bad.message).toContain('probes decide: 4 and 4 requests are below 200 an arm')
    expect(soak(quiet(0), quiet(0)).verdict).toBe('passed')
    // the control group's few checks are a sample too: eight of 24 and two of 30 may be the same trouble
    const troubled = (checks: number, failed: number) => (look: number) => ({
      requests: look,
      probes: look > 0 ? { checks, failed } : { checks: 0, failed: 0 },
    })
    expect(figure(soak(troubled(12, 4), troubled(15, 1), 2), 'probes')).toMatchObject({ value: 1 / 3, verdict: 'ok' })
    expect(figure(soak(troubled(12, 4), troubled(15, 1), 4), 'probes')).toMatchObject({ value: 1 / 3, verdict: 'exceeded' })
    // a tenant out of reach in one look is looked at again, and the soak waits for that
    const once = (when: number) => (look: number) => quiet(look === when ? 15 : 0)(look)
    expect(soak(once(3), quiet(0), 4)).toMatchObject({ verdict: 'watching' })
    expect(figure(soak(once(12), quiet(0)), 'probes')).toMatchObject({ verdict: 'unconfirmed' })
    // with nobody held out
    const nobody = () => ({ tenants: 0 })
    expect(figure(soak(quiet(5), nobody), 'probes')).toMatchObject({ verdict: 'exceeded' })
    expect(figure(soak(quiet(0), nobody), 'probes')).toMatchObject({ verdict: 'ok' })
    expect(soak(once(12), quiet(0)).verdict).toBe('watching')
    expect(soak(once(12), quiet(0), 13).verdict).toBe('passed')
    expect(soak(quiet(3), quiet(3)).verdict).toBe('passed')
  })
})

describe('counting', () => {
  it('leaves out what lies between two gateways, or two sets of tenants', () => {
    const samples = [900, 1000, 40, 70].map((requests, index) => {
      const segment = index < 2 ? 'a' : 'b'
      return { at: start + index * 10_000, upgraded: arm({ segment, requests }), control: arm({ requests: index * 50 }) }
    })
    expect(deltaOf(samples, 'upgraded').requests).toBe(130)
    expect(deltaOf(samples, 'control').requests).toBe(100)
  })

  it('takes the mean of the largest tenth of the processes, of one at least', () => {
    expect([worstTenth([]), worstTenth([3, 1]), worstTenth(Array.from({ length: 25 }, (_, index) => index))]).toEqual([null, 3, 23.5])
    const looked = armSample([{ id: 'a', release: '1' }], new Map(), { restarts: 0, memory: [1, 2, 9] })
    expect(looked).toMatchObject({ memory: 2, memoryWorst: 9 })
  })

  it('finds the bucket of the 95th percentile', () => {
    expect(p95([])).toBeNull()
    const latency = new Array<number>(latencyBoundsMs.length + 1).fill(0)
    latency[bucketOf(10)] = 94
    latency[bucketOf(500)] = 6
    expect(p95(latency)).toBe(500)
  })

  it('has a short window of a twelfth of the soak, five seconds to a minute', () => {
    expect([5, 120, 600, 7200].map(shortWindow)).toEqual([5, 10, 50, 60])
  })
})
