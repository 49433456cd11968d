import encodeQR from 'qr'

/** Medium error correction: a folded or scratched print is still read. */
export function qrSvg(text: string): string {
  return encodeQR(text, 'svg', { ecc: 'medium', border: 2 })
}

/** Dark cells by row, without a border. */
export function qrMatrix(text: string): boolean[][] {
  const framed = encodeQR(text, 'raw', { ecc: 'medium', border: 1 })
  return framed.slice(1, -1).map((cells) => cells.slice(1, -1))
}
