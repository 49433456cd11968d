import type { Routes } from '../gateway/routes.ts'
import type { Plane } from './plane.ts'
import type { TenantRecord } from './state.ts'
import { writeAtomically } from './storage.ts'

/** Writes the file the gateway routes by. Changes of the same moment are written once. */
export class RoutesFile {
  private readonly file: string
  private readonly build: () => Routes
  private readonly failed: (error: unknown) => void
  private planned: Promise<void> | null = null
  private written = ''

  constructor(file: string, build: () => Routes, failed: (error: unknown) => void) {
    this.file = file
    this.build = build
    this.failed = failed
  }

  /** Resolves when what is true now is in the file. */
  publish(): Promise<void> {
    this.planned ??= Promise.resolve().then(() => {
      this.planned = null
      const text = JSON.stringify(this.build())
      if (text === this.written) return
      try {
        writeAtomically(this.file, text, false)
        this.written = text
      } catch (error) {
        // The gateway goes on with the routes it has; the next change writes them all again.
        this.failed(error)
      }
    })
    return this.planned
  }
}

/** Where every host leads. A tenant without a document or without hosts is not on the gateway. */
export function routesOf(operator: Routes['operator'], tenants: { record: Readonly<TenantRecord>; plane: Plane }[]): Routes {
  const routes = tenants.flatMap(({ record: { id, document, hosts }, plane }) => {
    if (!document || hosts.length === 0) return []
    const { name, default_locale, status } = document
    const { runtime, socket, release } = plane
    return [{ tenant_id: id, hosts, name, default_locale, status, runtime, socket, release }]
  })
  return { operator, tenants: routes }
}
