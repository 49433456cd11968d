import { formatLocale } from '@cityos/contract'
import type { GateFigure, RolloutEvent } from '@cityos/control-plane/contract'
import { useTranslate } from 'react-admin'
import { formatBytes, formatDuration, formatNumber, isolate, leftToRight, useConsoleLocale } from '../../fields/format.ts'

type Unit = GateFigure['unit']
type Translate = ReturnType<typeof useTranslate>

const units: Record<string, Unit> = {
  error_rate: 'times budget',
  failed_checkouts: 'times budget',
  latency_p95: 'milliseconds',
  memory: 'bytes',
  memory_worst: 'bytes',
  crashes: 'count',
  probes: 'share',
  failures: 'count',
}

/** Unit of a figure of the gate, by its name. */
export const unitOf = (figure: string): Unit => units[figure] ?? 'count'

/** A value of the gate in its unit: `2.4 ×`, `310 ms`, `96 MB`, `3`, `5%`. */
export function useFigureText(): (value: number | null, unit: Unit) => string {
  const locale = useConsoleLocale()
  const rounded = (value: number) => formatNumber(Math.round(value * 100) / 100, locale)
  return (value, unit) => {
    if (value === null) return '–'
    if (unit === 'milliseconds') return formatDuration(value, locale)
    if (unit === 'bytes') return formatBytes(Math.max(0, value), locale)
    if (unit === 'share') return leftToRight(`${rounded(value * 100)}%`)
    return unit === 'times budget' ? leftToRight(`${rounded(value)} ×`) : rounded(value)
  }
}

/** Seconds as a short duration. */
export function useSeconds(): (seconds: number) => string {
  const locale = useConsoleLocale()
  return (seconds) => {
    if (seconds < 60) return formatDuration(Math.round(seconds * 10) * 100, locale)
    const whole = Math.round(seconds)
    const parts = [
      [Math.floor(whole / 3600), 'hour'],
      [Math.floor((whole % 3600) / 60), 'minute'],
      [whole < 3600 ? whole % 60 : 0, 'second'],
    ] as const
    return parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => new Intl.NumberFormat(formatLocale[locale], { style: 'unit', unit, unitDisplay: 'short' }).format(count))
      .join(' ')
  }
}

/** One line of the timeline in the reader's language; where a value is missing, in the words the server wrote. */
export function useEventText(): (event: RolloutEvent) => string {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const figure = useFigureText()
  const seconds = useSeconds()
  return (event) => {
    const { parameters } = event
    const values = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, typeof value === 'number' ? formatNumber(value, locale) : isolate(value)]),
    )
    const unit = unitOf(String(parameters['figure']))
    const number = (name: string) => (typeof parameters[name] === 'number' ? parameters[name] : undefined)
    const text = t(`rollout_event.${event.kind}`, {
      ...values,
      ring: event.ring ? ringText(t, event.ring) : undefined,
      tenant: event.tenant_slug ? isolate(event.tenant_slug) : undefined,
      smart_count: number('tenants') ?? number('upgraded') ?? 0,
      ...worded(t, parameters),
      ...(number('seconds') === undefined ? {} : { seconds: seconds(number('seconds') ?? 0) }),
      ...(number('value') === undefined ? {} : { value: figure(number('value') ?? null, unit) }),
      ...(number('limit') === undefined ? {} : { limit: figure(number('limit') ?? null, unit) }),
      _: event.message,
    })
    return text.includes('%{') ? event.message : text
  }
}

/** Parameters that are words of a list, in the reader's language; free text stays as it was typed. */
function worded(t: Translate, parameters: RolloutEvent['parameters']): Record<string, string> {
  const lists: Record<string, string> = {
    reason: 'rollout_reason',
    figure: 'gate_figure',
    basis: 'gate_basis',
    verdict: 'gate_verdict',
    step: 'step',
    scope: 'rollout_scope',
  }
  return Object.fromEntries(
    Object.entries(lists).flatMap(([name, list]) => {
      const value = parameters[name]
      return typeof value === 'string' ? [[name, t(`${list}.${value}`, { _: isolate(value) })]] : []
    }),
  )
}

/** What a ring is called: shares as they are, the others in words. */
export function ringText(t: Translate, name: string): string {
  return name.endsWith('%') ? leftToRight(name) : t(`ring.${name}`, { _: name })
}
