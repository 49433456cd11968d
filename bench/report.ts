import { cpus, totalmem } from 'node:os'

/** One measured figure beside what issue and design aim at. */
export interface Figure {
  group: string
  name: string
  value: number
  unit: 'ms CPU' | 'ms' | 'MB' | 'req/s' | 'requests' | ''
  /** At most this; undefined where nothing is aimed at. */
  aim?: number
}

/** What the figures were taken on: a figure without its machine says nothing. */
export function machine(): { cpu: string; cores: number; memory_gb: number; node: string; platform: string } {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}

/** A Markdown table: value, aim and value ÷ aim (below 1 the aim is met). */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.group,
    figure.name,
    `${round(figure.value)} ${figure.unit}`.trim(),
    figure.aim === undefined ? '' : `≤ ${figure.aim} ${figure.unit}`.trim(),
    figure.aim === undefined ? '' : `${round(figure.value / figure.aim)} ×`,
  ])
  return [['what', 'figure', 'measured', 'aim', 'of the aim'], ['---', '---', '---:', '---:', '---:'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

export function round(value: number): number {
  return value >= 100 ? Math.round(value) : value >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
