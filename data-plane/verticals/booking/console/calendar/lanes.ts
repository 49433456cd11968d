/** Something that takes time in a column of the calendar; minutes since the column's midnight. */
export interface Span {
  id: string
  start: number
  end: number
}

export interface Laid<T extends Span> {
  span: T
  /** Which of `lanes` beside each other, from the start side. */
  lane: number
  lanes: number
}

/**
 * Puts spans that overlap beside each other: each gets the first free lane, and a cluster of overlapping spans shares its
 * number of lanes, so that all of it is as wide as it can be.
 */
export function layOut<T extends Span>(spans: readonly T[]): Laid<T>[] {
  const sorted = [...spans].sort((one, other) => one.start - other.start || other.end - one.end)
  const laid: Laid<T>[] = []
  let cluster: Laid<T>[] = []
  let ends: number[] = []
  const close = () => {
    for (const item of cluster) item.lanes = ends.length
    laid.push(...cluster)
    cluster = []
    ends = []
  }
  for (const span of sorted) {
    if (cluster.length > 0 && ends.every((end) => end <= span.start)) close()
    const free = ends.findIndex((end) => end <= span.start)
    const lane = free >= 0 ? free : ends.length
    ends[lane] = span.end
    cluster.push({ span, lane, lanes: 1 })
  }
  close()
  return laid
}

/** First and last whole hour a calendar shows: what is open or taken, and at least 8 to 20. */
export function hoursOf(spans: readonly { start: number; end: number }[]): { from: number; to: number } {
  const from = Math.min(8, ...spans.map((span) => Math.floor(Math.max(0, span.start) / 60)))
  const to = Math.max(20, ...spans.map((span) => Math.ceil(Math.min(1440, span.end) / 60)))
  return { from, to }
}
