import type { AnyEndpoint } from '@cityos/contract'
import type { ReactNode } from 'react'
import type { RaRecord } from 'react-admin'
import { type FieldKind, fieldsOf } from '../api/shape.ts'
import { Value } from '../fields/value.tsx'
import type { Column, ColumnOrName } from './screen.ts'

export interface DrawnColumn extends Required<Omit<Column, 'render'>> {
  draw: (record: RaRecord) => ReactNode
}

const atEnd: readonly FieldKind[] = ['money', 'number']

/** Columns with everything they left out filled in from the endpoint's response schema. */
export function drawnColumns(columns: ColumnOrName[], endpoint: AnyEndpoint): DrawnColumn[] {
  const shapes = new Map(fieldsOf(endpoint.response).map((field) => [field.name, field]))
  return columns.map((given, index) => {
    const column: Column = typeof given === 'string' ? { source: given } : given
    const shape = shapes.get(column.source)
    if (!shape && !column.render) throw new Error(`${endpoint.id} answers no field ${column.source}`)
    const kind = shape?.kind ?? 'text'
    return {
      source: column.source,
      label: column.label ?? `field.${column.source}`,
      sortable: column.sortable ?? false,
      card: column.card ?? (index === 0 ? 'title' : kind === 'status' ? 'aside' : 'line'),
      optional: column.optional ?? false,
      end: column.end ?? (!column.render && atEnd.includes(kind)),
      draw: column.render ?? ((record) => <Value kind={kind} value={record[column.source]} name={column.source} />),
    }
  })
}
