/** Glyph bodies by name (32 × 32 units), taken from an MIT icon set by extract-glyphs.ts. */
export type Glyphs = Record<string, string>

export interface Drawing {
  glyph: string
  /** Degrees of the colour wheel. */
  hue: number
  /** The same seed always draws the same picture. */
  seed: string
  width: number
  height: number
}

/** A small generator of the same numbers for the same text (FNV-1a into mulberry32). */
function numbersOf(seed: string): () => number {
  let state = 2_166_136_261
  for (const letter of seed) state = Math.imul(state ^ letter.codePointAt(0)!, 16_777_619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const short = (value: number): string => String(Math.round(value * 10) / 10)

/** A picture without network or photographer: a coloured ground, one of five patterns, a shadow and a glyph. */
export function draw(glyphs: Glyphs, { glyph, hue, seed, width, height }: Drawing): string {
  const body = glyphs[glyph]
  if (!body) throw new Error(`no glyph ${glyph}`)
  const next = numbersOf(seed)
  const tone = Math.round(hue + next() * 24 - 12 + 360) % 360
  const centre = { x: width / 2, y: height / 2 }
  const side = Math.min(width, height)
  const light = `hsl(${tone} 55% 95%)`
  const middle = `hsl(${tone} 52% 88%)`
  const strong = `hsl(${(tone + 18) % 360} 50% 80%)`
  const size = side * (0.46 + next() * 0.08)
  const pattern = patterns[Math.floor(next() * patterns.length)]!({ next, centre, side, width, height, middle, strong })
  // Glyphs carry ids of gradients; two pictures inlined in one page must not share them.
  const prefix = `g${Math.floor(next() * 1e6)}-`
  const inner = body.replaceAll(/(id="|url\(#|href="#)([^")]+)/g, (_, before: string, id: string) => before + prefix + id)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="${light}"/>${pattern}` +
    `<ellipse cx="${short(centre.x)}" cy="${short(centre.y + size * 0.52)}" rx="${short(size * 0.38)}" ry="${short(size * 0.05)}" fill="hsl(${tone} 30% 30% / .16)"/>` +
    `<svg x="${short(centre.x - size / 2)}" y="${short(centre.y - size / 2)}" width="${short(size)}" height="${short(size)}" viewBox="0 0 32 32">${inner}</svg></svg>`
  )
}

interface Ground {
  next: () => number
  centre: { x: number; y: number }
  side: number
  width: number
  height: number
  middle: string
  strong: string
}

const patterns: ((ground: Ground) => string)[] = [
  ({ centre, side, middle, strong, next }) => {
    const angle = next() * Math.PI * 2
    const spot = { x: centre.x + Math.cos(angle) * side * 0.32, y: centre.y + Math.sin(angle) * side * 0.32 }
    return `<circle cx="${short(centre.x)}" cy="${short(centre.y)}" r="${short(side * 0.36)}" fill="${middle}"/><circle cx="${short(spot.x)}" cy="${short(spot.y)}" r="${short(side * 0.1)}" fill="${strong}"/>`
  },
  ({ centre, side, middle, strong, next }) => {
    const turn = short(next() * 36 - 18)
    const square = (share: number, fill: string) =>
      `<rect x="${short(centre.x - side * share)}" y="${short(centre.y - side * share)}" width="${short(side * share * 2)}" height="${short(side * share * 2)}" rx="${short(side * share * 0.4)}" fill="${fill}" transform="rotate(${turn} ${short(centre.x)} ${short(centre.y)})"/>`
    return square(0.36, strong) + square(0.32, middle)
  },
  // Dunes.
  ({ width, height, middle, strong, next }) => {
    const crest = height * (0.5 + next() * 0.12)
    return (
      `<circle cx="${short(width * (0.2 + next() * 0.6))}" cy="${short(height * 0.22)}" r="${short(height * 0.09)}" fill="${strong}"/>` +
      `<path d="M0 ${short(crest)}C${short(width * 0.3)} ${short(crest - height * 0.12)} ${short(width * 0.55)} ${short(crest + height * 0.14)} ${width} ${short(crest - height * 0.04)}V${height}H0Z" fill="${middle}"/>`
    )
  },
  // The eight-fold star of Najdi doors.
  ({ centre, side, middle, strong, next }) => {
    const square = `<rect x="${short(-side * 0.28)}" y="${short(-side * 0.28)}" width="${short(side * 0.56)}" height="${short(side * 0.56)}"/>`
    const turn = short(next() * 45)
    const star = (scale: number, fill: string) =>
      `<g fill="${fill}" transform="translate(${short(centre.x)} ${short(centre.y)}) rotate(${turn}) scale(${scale})">${square}<g transform="rotate(45)">${square}</g></g>`
    return star(1.12, strong) + star(1, middle)
  },
  // Triangles of the roof line.
  ({ width, height, middle, strong }) => {
    const step = width / 8
    const row = (y: number, fill: string) =>
      `<path fill="${fill}" d="${Array.from({ length: 8 }, (_, index) => `M${short(index * step)} ${short(y)}l${short(step / 2)} ${short(-step * 0.8)} ${short(step / 2)} ${short(step * 0.8)}z`).join('')}"/>`
    return `<rect y="${short(height * 0.8)}" width="${width}" height="${short(height * 0.2)}" fill="${middle}"/>${row(height * 0.8, middle)}${row(height * 0.2, strong)}`
  },
]
