import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'

/** What is on disk cannot be used; the message says what to do. */
export class DamagedFile extends Error {
  constructor(file: string, reason: string, remedy: string) {
    super(`${file} is damaged (${reason}): ${remedy}`)
    this.name = 'DamagedFile'
  }
}

/** The disk has no room left; nothing was changed. */
export class DiskFull extends Error {
  constructor(path: string) {
    super(`the disk that holds ${path} is full: free some space, nothing was changed`)
    this.name = 'DiskFull'
  }
}

/**
 * Replaces a file as a whole: readers see the old content or the new, also after a power cut.
 * @param durable false for what can be derived again (routes): skips the two fsyncs
 * @throws DiskFull
 */
export function writeAtomically(file: string, text: string, durable = true): void {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const descriptor = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
      if (durable) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, file)
    if (durable) syncFolder(dirname(file))
  } catch (error) {
    rmSync(draft, { force: true })
    throw isDiskFull(error) ? new DiskFull(file) : error
  }
}

/**
 * Reads a JSON file of ours.
 * @returns null when there is none
 * @throws DamagedFile when it does not parse or does not fit the schema
 */
export function readJson<S extends z.ZodType>(file: string, schema: S, remedy: string): z.output<S> | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new DamagedFile(file, text === '' ? 'empty' : 'not JSON', remedy)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new DamagedFile(file, `${issue?.path.join('.') || 'document'}: ${issue?.message}`, remedy)
  }
  return parsed.data
}

/** @throws DiskFull when fewer than `bytes` are free where `path` lies */
export function requireSpace(path: string, bytes: number): void {
  const stats = statfsSync(path)
  if (stats.bavail * stats.bsize < bytes) throw new DiskFull(path)
}

export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
