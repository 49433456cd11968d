import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type ArchiveContent, archiveVersion } from './archive.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)

/** A table as it is copied: its columns in order, without generated ones. */
export const TableShape = z.object({ name: z.string(), columns: z.array(z.string()).min(1) })
export type TableShape = z.infer<typeof TableShape>

/** `archive.json`, the first entry. */
export const ArchiveHeader = z.object({
  format: z.literal('cityos-tenant-archive'),
  version: z.int().positive(),
  id: z.string(),
  tenant_id: z.string(),
  /** The tenant document of that moment; it holds no secret. */
  tenant: z.record(z.string(), z.unknown()),
  release: z.string(),
  taken_at: z.string(),
  /** Every migration that was applied, in order. */
  journal: z.array(z.object({ name: z.string(), checksum: z.string() })).min(1),
  tables: z.array(TableShape),
})
export type ArchiveHeader = z.infer<typeof ArchiveHeader>

/** `manifest.json`, the last entry: what was written, as counted while writing. */
export const ArchiveManifest = z.object({
  tables: z.record(z.string(), z.object({ rows: z.int(), checksum: Hash })),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string(), is_called: z.boolean() })),
  files: z.array(z.object({ path: z.string(), sha256: Hash, size: z.int() })),
})
export type ArchiveManifest = z.infer<typeof ArchiveManifest>

/** What both say of the archive, in one. */
export function contentOf(header: ArchiveHeader, manifest: ArchiveManifest): ArchiveContent {
  return {
    release: header.release,
    schema: header.journal.at(-1)!.name.replace(/\.sql$/, ''),
    takenAt: header.taken_at,
    rowCounts: Object.fromEntries(Object.entries(manifest.tables).map(([name, table]) => [name, table.rows])),
    files: { count: manifest.files.length, bytes: manifest.files.reduce((sum, file) => sum + file.size, 0) },
    contentChecksum: contentChecksum(manifest.tables, manifest.files),
  }
}

/** SHA-256 over the tables' and files' checksums in the order of their names. */
export function contentChecksum(tables: ArchiveManifest['tables'], files: ArchiveManifest['files']): string {
  const hash = createHash('sha256').update(`archive ${archiveVersion}\n`)
  for (const name of Object.keys(tables).sort()) hash.update(`table ${name} ${tables[name]!.rows} ${tables[name]!.checksum}\n`)
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) hash.update(`file ${file.path} ${file.sha256}\n`)
  return hash.digest('hex')
}
