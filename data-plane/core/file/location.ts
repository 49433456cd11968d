import { DomainError } from '@cityos/contract'
import type { FileMime } from './contract.ts'

/**
 * Removes what a camera wrote about place, time and person. Of a JPEG's EXIF only the orientation stays, or it would
 * lie on its side; PNG and WebP lose their EXIF and text blocks. An AVIF refers to its metadata by offsets, so one that
 * carries EXIF is refused rather than cut.
 * @throws DomainError asset_rejected
 */
export function withoutLocation(bytes: Buffer, mime: FileMime): Buffer {
  if (mime === 'image/jpeg') return cleanJpeg(bytes)
  if (mime === 'image/png') return cleanPng(bytes)
  if (mime === 'image/webp') return cleanWebp(bytes)
  if (mime === 'image/avif' && bytes.includes('Exif', 0, 'latin1'))
    throw new DomainError('asset_rejected', { details: { reason: 'exif_in_avif' } })
  return bytes
}

function cleanJpeg(bytes: Buffer): Buffer {
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!
    if (marker === 0xda) break
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    const segment = bytes.subarray(at, end)
    const isExif = marker === 0xe1 && segment.toString('latin1', 4, 8) === 'Exif'
    // APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe colours) say how to show it; the other APPs and comments talk.
    const talks = (marker >= 0xe1 && marker <= 0xef && marker !== 0xe2 && marker !== 0xee) || marker === 0xfe
    if (isExif) {
      const orientation = orientationOf(segment)
      if (orientation > 1) kept.push(orientationSegment(orientation))
    }
    if (!talks) kept.push(segment)
    at = end
  }
  kept.push(bytes.subarray(at))
  return Buffer.concat(kept)
}

/** Reads tag 0x0112 of the first directory; 1 (upright) when there is none. */
function orientationOf(segment: Buffer): number {
  const tiff = segment.subarray(10)
  if (tiff.length < 14) return 1
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const long = (at: number) => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const directory = long(4)
  for (let index = 0; index < short(directory); index++) {
    const entry = directory + 2 + index * 12
    if (short(entry) === 0x0112) {
      const value = short(entry + 8)
      return value >= 1 && value <= 8 ? value : 1
    }
  }
  return 1
}

function orientationSegment(orientation: number): Buffer {
  const tiff = Buffer.from('4d4d002a000000080001011200030000000100000000000000000000', 'hex').subarray(0, 26)
  tiff.writeUInt16BE(orientation, 18)
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

function cleanPng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [bytes.subarray(0, 8)]
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at)
    if (!['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME'].includes(bytes.toString('latin1', at + 4, at + 8))) kept.push(bytes.subarray(at, end))
    at = end
  }
  return Buffer.concat(kept)
}

function cleanWebp(bytes: Buffer): Buffer {
  const kept: Buffer[] = []
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4)
    const end = at + 8 + size + (size % 2)
    const chunk = Buffer.from(bytes.subarray(at, end))
    const kind = chunk.toString('latin1', 0, 4)
    // The flags of VP8X announce EXIF (bit 3) and XMP (bit 2).
    if (kind === 'VP8X') chunk[8] = chunk[8]! & ~0b1100
    if (kind !== 'EXIF' && kind !== 'XMP ') kept.push(chunk)
    at = end
  }
  const body = Buffer.concat(kept)
  const head = Buffer.from(bytes.subarray(0, 12))
  head.writeUInt32LE(body.length + 4, 4)
  return Buffer.concat([head, body])
}
