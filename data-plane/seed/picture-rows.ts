import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { I18nText } from '@cityos/contract'
import type { FileStore } from '../core/file/file.store.ts'
import type { Tx } from '../platform/db/index.ts'
import { draw, type Glyphs } from './art.ts'
import { ownGlyphs } from './own-glyphs.ts'
import { insertMissing, seedId } from './rows.ts'

export interface WantedPicture {
  /** Names the file row. */
  name: string
  glyph: string
  hue: number
  owner: string
  alt: I18nText
}

export interface DrawnPicture {
  fileId: string
  key: string
  width: number
  height: number
  alt: I18nText
}

const side = 800

/** Draws pictures, stores their bytes and their file rows. @returns them by name */
export async function seedPictures(
  tx: Tx,
  store: FileStore,
  releaseDir: string,
  wanted: readonly WantedPicture[],
  now: Date,
): Promise<Map<string, DrawnPicture>> {
  const packaged = JSON.parse(await readFile(join(releaseDir, 'seed', 'pictures', 'glyphs.json'), 'utf8')) as Glyphs
  const glyphs = { ...packaged, ...ownGlyphs }
  const drawn = await Promise.all(
    wanted.map(async (picture) => {
      const bytes = Buffer.from(draw(glyphs, { glyph: picture.glyph, hue: picture.hue, seed: picture.name, width: side, height: side }))
      const { key, sha256 } = await store.put(bytes, 'image/svg+xml')
      return { picture, bytes: bytes.length, key, sha256, id: seedId('fil', picture.name) }
    }),
  )
  await insertMissing(
    tx,
    'file',
    drawn.map(({ picture, bytes, key, sha256, id }) => ({
      id,
      key,
      name: `${picture.name}.svg`,
      owner: picture.owner,
      visibility: 'public',
      sha256,
      bytes,
      mime: 'image/svg+xml',
      width: side,
      height: side,
      status: 'ready',
      version: 0,
      created_at: now,
      updated_at: now,
    })),
  )
  return new Map(drawn.map(({ picture, key, id }) => [picture.name, { fileId: id, key, width: side, height: side, alt: picture.alt }]))
}
