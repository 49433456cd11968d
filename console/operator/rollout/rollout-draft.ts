import { defaultThresholds, type GateThresholds, type PlanRollout } from '@cityos/control-plane/contract'

/** What the form holds: texts as they are typed. */
export interface RolloutDraft {
  to: string
  rings: string
  soakMinutes: string
  maxFailures: string
  parallel: string
  rehearse: boolean
  /** Per cent. */
  control: string
  thresholds: Record<keyof GateThresholds, string>
}

export const thresholdNames = Object.keys(defaultThresholds) as (keyof GateThresholds)[]

export const emptyDraft = (to: string): RolloutDraft => ({
  to,
  rings: 'internal, 1%, 10%, 20%, 30%, rest',
  soakMinutes: '10',
  maxFailures: '',
  parallel: '2',
  rehearse: true,
  control: '5',
  thresholds: Object.fromEntries(thresholdNames.map((name) => [name, String(defaultThresholds[name])])) as Record<
    keyof GateThresholds,
    string
  >,
})

const ringName = /^(internal|rest|(?:100|\d{1,2}(?:\.\d{1,2})?)%)$/
const isNumber = (text: string, least: number, most: number, whole = false): boolean => {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value))
}

export const ringsOf = (text: string): string[] =>
  text
    .split(/[,،]/)
    .map((ring) => ring.trim())
    .filter(Boolean)

/** Fields that cannot be sent as they are typed. */
export function mistakes(draft: RolloutDraft): (keyof RolloutDraft)[] {
  const rings = ringsOf(draft.rings)
  const wrong: [keyof RolloutDraft, boolean][] = [
    ['to', draft.to === ''],
    ['rings', rings.length === 0 || rings.length > 12 || rings.at(-1) !== 'rest' || rings.some((ring) => !ringName.test(ring))],
    ['soakMinutes', !isNumber(draft.soakMinutes, 0, 10_080)],
    ['maxFailures', draft.maxFailures.trim() !== '' && !isNumber(draft.maxFailures, 0, 1000, true)],
    ['parallel', !isNumber(draft.parallel, 1, 16, true)],
    ['control', !isNumber(draft.control, 0, 50)],
    ['thresholds', thresholdNames.some((name) => !isNumber(draft.thresholds[name], 0, Number.MAX_SAFE_INTEGER))],
  ]
  return wrong.flatMap(([field, bad]) => (bad ? [field] : []))
}

/** The request; only thresholds that differ from the defaults are sent. */
export function planOf(draft: RolloutDraft): PlanRollout {
  const changed = thresholdNames.filter((name) => Number(draft.thresholds[name]) !== defaultThresholds[name])
  return {
    to: draft.to,
    rings: ringsOf(draft.rings),
    soak_seconds: Math.round(Number(draft.soakMinutes) * 60),
    max_failures: draft.maxFailures.trim() === '' ? null : Number(draft.maxFailures),
    parallel: Number(draft.parallel),
    rehearse: draft.rehearse,
    control_share: Number(draft.control) / 100,
    thresholds: Object.fromEntries(changed.map((name) => [name, Number(draft.thresholds[name])])),
  }
}
