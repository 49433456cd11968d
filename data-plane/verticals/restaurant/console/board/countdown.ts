/** Whole seconds until a moment; negative once it has passed. */
export const secondsTo = (at: string, now: number): number => Math.ceil((Date.parse(at) - now) / 1000)

/** `4:05`, with a minus when it is over. */
export function clockText(seconds: number): string {
  const rest = Math.abs(seconds)
  const hours = Math.floor(rest / 3600)
  const minutes = Math.floor((rest % 3600) / 60)
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest % 60).padStart(2, '0')}`
  return `${seconds < 0 ? '−' : ''}${hours > 0 ? `${hours}:` : ''}${tail}`
}

export type Urgency = 'calm' | 'soon' | 'over'

/** How pressing a moment is: the last `soonSeconds` are, and everything after it. */
export const urgencyOf = (seconds: number, soonSeconds: number): Urgency =>
  seconds <= 0 ? 'over' : seconds <= soonSeconds ? 'soon' : 'calm'
