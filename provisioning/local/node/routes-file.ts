import type { Routes } from '../gateway/routes.ts'
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
