import type { Column } from '@cityos/console/kit'
import type { SamplePlace } from '../contract.ts'

/** Columns of a list of sold places. */
export const placeColumns: (string | Column)[] = [
  { source: 'offer', render: (record) => <bdi>{(record as unknown as SamplePlace).offer.title}</bdi> },
  'quantity',
  'status',
  'bought_at',
  'used_at',
]

export const placeTitle = (record: Record<string, unknown>): string => (record as unknown as SamplePlace).offer.title
