import { defaultThresholds, type PlanRollout, type RolloutPreview } from '@cityos/control-plane/contract'
import type { CommonOptions } from './command.ts'
import { parseDuration, sayDuration } from './duration.ts'
import { Failure } from './failure.ts'
import { printTable, say } from './output.ts'

export interface PlanOptions extends CommonOptions {
  to: string
  rings?: string
  soak?: string
  maxFailures?: string
  parallel?: string
  rehearse?: boolean
  control?: string
  threshold?: string[]
}

/**
 * What is asked for, as the API takes it.
 * @throws Failure when a duration, a number or the name of a limit is none
 */
export function planOf(options: PlanOptions): PlanRollout {
  return {
    to: options.to,
    rings: (options.rings ?? 'internal,1%,10%,20%,30%,rest').split(',').map((ring) => ring.trim()),
    soak_seconds: parseDuration(options.soak ?? '10m'),
    max_failures: options.maxFailures === undefined ? null : numberOf('--max-failures', options.maxFailures),
    parallel: numberOf('--parallel', options.parallel ?? '2'),
    rehearse: options.rehearse ?? true,
    control_share: numberOf('--control', (options.control ?? '5%').replace(/%$/, '')) / 100,
    thresholds: thresholdsOf(options.threshold ?? []),
  }
}

function thresholdsOf(given: readonly string[]): PlanRollout['thresholds'] {
  const entries = given.map((text) => {
    const [name = '', value = ''] = text.split('=')
    if (!(name in defaultThresholds))
      throw new Failure(`The gate has no limit called ${name}.`, `It has: ${Object.keys(defaultThresholds).join(', ')}.`)
    return [name, numberOf(name, value)]
  })
  return Object.fromEntries(entries) as PlanRollout['thresholds']
}

function numberOf(option: string, text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new Failure(`${option} takes a number, not “${text}”.`)
  return number
}

/** Which tenant would be in which ring, who is held up and why, and how long it takes. */
export function printPreview(plan: RolloutPreview): void {
  printTable(
    ['ring', 'tenants', 'may fail', 'should take', ''],
    plan.rings.map((ring) => [
      ring.name,
      String(ring.tenants),
      String(ring.max_failures),
      sayDuration(ring.predicted_seconds),
      `${ring.sample.map((each) => each.slug).join(', ')}${ring.tenants > ring.sample.length ? ', …' : ''}`,
    ]),
    'Nobody is to be upgraded.',
  )
  const held = plan.tenants.filter((tenant) => tenant.reason !== null)
  if (held.length > 0)
    printTable(
      ['tenant', 'release', 'why not, or not yet'],
      held.map((each) => [each.tenant_slug, each.from_release, each.message ?? each.reason ?? '']),
      '',
    )
  const basis = { upgrades: 'from earlier upgrades', rehearsals: 'from rehearsals', nothing_yet: 'a guess: nothing has been measured yet' }
  say(`About ${sayDuration(plan.predicted_seconds)} (${basis[plan.predicted_from]}).`)
}
