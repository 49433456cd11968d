import { DomainError } from '@cityos/contract'
import { imageSize } from 'image-size'
import type { FileMime } from './contract.ts'
import { withoutLocation } from './location.ts'
import { sanitiseSvg } from './svg.ts'

/** Most pixels of a picture: a small file may unpack to gigabytes. */
const mostPixels = 50_000_000

export interface CheckedContent {
  mime: FileMime
  bytes: Buffer
  width: number | null
  height: number | null
}

/** The type by the first bytes, whatever name or header say; null for what is not accepted. */
export function sniff(bytes: Buffer): FileMime | null {
  const ascii = (from: number, to: number) => bytes.toString('latin1', from, to)
  if (bytes.length > 8 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(4) === 0x0d0a1a0a) return 'image/png'
  if (bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg'
  if (bytes.length > 12 && ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp'
  if (bytes.length > 12 && ascii(4, 8) === 'ftyp' && /^avi[fs]$/.test(ascii(8, 12))) return 'image/avif'
  if (ascii(0, 5) === '%PDF-') return 'application/pdf'
  const start = bytes.toString('utf8', 0, 1024).replace(/^\uFEFF/, '')
  if (/^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(start)) return 'image/svg+xml'
  return null
}

/**
 * Checks and cleans an upload: the type it claims is the type it has, pictures are of a bearable size, SVG is
 * sanitised, the place where a photograph was taken is removed.
 * @throws DomainError asset_rejected
 */
export function checkContent(bytes: Buffer, claimed: string): CheckedContent {
  const mime = sniff(bytes)
  if (!mime || mime !== claimed) throw new DomainError('asset_rejected', { details: { reason: 'type', claimed, found: mime } })
  if (mime === 'application/pdf') return { mime, bytes, width: null, height: null }
  const clean = mime === 'image/svg+xml' ? Buffer.from(sanitiseSvg(bytes.toString('utf8'))) : withoutLocation(bytes, mime)
  const { width, height } = sizeOf(clean)
  if (width * height > mostPixels) throw new DomainError('asset_rejected', { details: { reason: 'pixels', width, height } })
  return { mime, bytes: clean, width, height }
}

function sizeOf(bytes: Buffer): { width: number; height: number } {
  try {
    const { width, height, orientation } = imageSize(bytes)
    if (!width || !height) throw new TypeError('a picture without a size')
    // Orientations five to eight lie on their side.
    return orientation && orientation >= 5 ? { width: height, height: width } : { width: Math.round(width), height: Math.round(height) }
  } catch (error) {
    throw new DomainError('asset_rejected', { details: { reason: 'damaged' }, cause: error })
  }
}
