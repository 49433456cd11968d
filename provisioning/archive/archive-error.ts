/** Why an archive was not made or not used; nothing was changed. The codes are those of the API, but for `disk_full`. */
export class ArchiveError extends Error {
  readonly code: 'archive_damaged' | 'archive_wrong_key' | 'archive_newer_schema' | 'disk_full' | 'not_found'

  constructor(code: ArchiveError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'ArchiveError'
    this.code = code
  }
}

/** @param reason what was found, in plain words */
export function damaged(reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError('archive_damaged', `the archive is damaged: ${reason}`, { cause })
}
