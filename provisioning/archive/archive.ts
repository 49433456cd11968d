import { z } from 'zod'

/**
 * The tenant archive (design §3): one portable, encrypted stream, `age(tar(…))`.
 *
 *     archive.json                  who, release, schema, columns: what is coming          (first)
 *     tables/<schema>.<table>/NNNNNN.copy.gz   rows in COPY's text format, ≤ 1 MiB each before gzip
 *     files/<sha256>                a file's bytes, once however often it is used
 *     manifest.json                 row counts, checksums, sequences, paths of files       (last)
 *
 * The manifest stands at the end since only then everything is known; an archive without it is not one.
 */
export const archiveVersion = 1

/** Where a driver keeps an archive. */
export const ArchivePlace = z.object({ tenantId: z.string(), archiveId: z.string().regex(/^[a-z]{2,6}_[0-9a-z]{10,40}$/) })
export type ArchivePlace = z.infer<typeof ArchivePlace>

/** What an archive holds, as its manifest says. */
export const ArchiveContent = z.object({
  release: z.string(),
  /** Name of the last migration. */
  schema: z.string(),
  /** ISO 8601: when its content was true. */
  takenAt: z.string(),
  /** Rows by `schema.table`. */
  rowCounts: z.record(z.string(), z.int()),
  files: z.object({ count: z.int(), bytes: z.int() }),
  /** SHA-256 over the checksums of all tables and files, hex: equal for equal content, whatever the key. */
  contentChecksum: z.string(),
})
export type ArchiveContent = z.infer<typeof ArchiveContent>

/** What `exportArchive` made. */
export const ArchiveReport = ArchiveContent.extend({
  /** Bytes of the encrypted file. */
  sizeBytes: z.int(),
  /** SHA-256 of the encrypted file, hex. */
  checksum: z.string(),
  milliseconds: z.int(),
})
export type ArchiveReport = z.infer<typeof ArchiveReport>

/** An archive that lies there, whole. */
export const StoredArchive = ArchiveReport.extend(ArchivePlace.shape)
export type StoredArchive = z.infer<typeof StoredArchive>

/** What `importArchive` and `testArchive` loaded, counted in the database afterwards. */
export const ImportReport = ArchiveContent.extend({
  /** Migrations that were applied after loading, to bring it to the release asked for. */
  migrated: z.array(z.string()),
  /** Values re-encrypted under the new key (0 where it is the same tenant's). */
  rekeyed: z.int(),
  /** Personal values replaced by made-up ones. */
  masked: z.int(),
  milliseconds: z.int(),
})
export type ImportReport = z.infer<typeof ImportReport>

export const ExportRequest = ArchivePlace.extend({
  /** `age1…`: whoever has the identity can read the archive; writing it needs no secret. */
  recipient: z.string().startsWith('age1'),
})
export type ExportRequest = z.infer<typeof ExportRequest>

/** How a copy differs from what it was made of: other keys, on request made-up persons. */
export const CopyRequest = z.object({
  /** Tenant keys, 32 bytes base64: of the tenant in the archive, and of the one it becomes. */
  fromKey: z.string(),
  toKey: z.string(),
  maskPersonalData: z.boolean(),
})
export type CopyRequest = z.infer<typeof CopyRequest>

export const ImportRequest = z.object({
  /** The tenant it is loaded for. */
  tenantId: z.string(),
  archive: ArchivePlace,
  /** `AGE-SECRET-KEY-1…` */
  identity: z.string().startsWith('AGE-SECRET-KEY-'),
  /** The release the tenant runs: the database is brought to its schema. */
  release: z.string(),
  /** Null for the same tenant. */
  copy: CopyRequest.nullable(),
  /** The other cell it is loaded in, made ready before by `prepareInCell`; left out: where the tenant is. */
  cell: z.string().optional(),
})
export type ImportRequest = z.infer<typeof ImportRequest>

export const TestRequest = z.object({ archive: ArchivePlace, identity: z.string().startsWith('AGE-SECRET-KEY-') })
export type TestRequest = z.infer<typeof TestRequest>
