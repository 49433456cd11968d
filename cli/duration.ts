import { Failure } from './failure.ts'

const secondsPer: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Seconds of `45`, `45s`, `10m`, `1h30m`, `2d`.
 * @throws Failure when it is none of these
 */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+)([smhd]?)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim())
    throw new Failure(`“${text}” is not a duration.`, 'Write it like 45s, 10m, 1h30m or 2d.')
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (secondsPer[unit ?? ''] ?? 1), 0)
}

/** Seconds as `45 s`, `10 min`, `1 h 30 min`: at most two units. */
export function sayDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`
  const whole = Math.round(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
