import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { newId } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING, type Binding } from '../../platform/binding/binding.ts'

const extensions: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
  'application/pdf': 'pdf',
}

/** A key this house made: 32 hex digits of the content's hash and an extension. Nothing else is ever opened. */
export const keyPattern = /^[0-9a-f]{32}\.(?:png|jpg|webp|avif|svg|pdf)$/

/** Bytes on disk, named by their content: `<files_dir>/<2 hex>/<key>`. Callers never name a path (original-system §8.6). */
@Injectable()
export class FileStore {
  readonly #directory: string

  constructor(@Inject(BINDING) binding: Pick<Binding, 'files_dir'>) {
    this.#directory = binding.files_dir
  }

  /**
   * @param salt for private files: makes a key of its own, so that nobody learns from a key that others have the same bytes
   * @returns the key and hash of what was written; without salt the same bytes always have the same key
   */
  async put(bytes: Buffer, mime: string, salt = ''): Promise<{ key: string; sha256: string }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const name = salt ? createHash('sha256').update(salt).update(bytes).digest('hex') : sha256
    const key = `${name.slice(0, 32)}.${extensions[mime] ?? 'bin'}`
    const path = this.#path(key)
    await mkdir(join(this.#directory, key.slice(0, 2)), { recursive: true })
    // Renamed into place, so that a reader never sees half a file.
    const temporary = `${path}.${newId('tmp')}`
    await writeFile(temporary, bytes)
    await rename(temporary, path)
    return { key, sha256 }
  }

  async has(key: string): Promise<boolean> {
    return access(this.#path(key)).then(
      () => true,
      () => false,
    )
  }

  open(key: string): Readable {
    return createReadStream(this.#path(key))
  }

  async remove(key: string): Promise<void> {
    await unlink(this.#path(key))
  }

  #path(key: string): string {
    if (!keyPattern.test(key)) throw new Error('not a key of this house')
    return join(this.#directory, key.slice(0, 2), key)
  }
}
