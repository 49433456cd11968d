import { describe, expect, it } from 'vitest'
import { contrast, parseHex, toHex, toLch, toRgb } from './colour.ts'
import { themeStyle } from './css.ts'
import { type Mode, surfaces, themeOf } from './theme.ts'

/** Every 17th step of each channel, both ends included: 4,096 brand colours. */
const brands = Array.from({ length: 16 ** 3 }, (_, i) => toHex([(i & 15) * 17, ((i >> 4) & 15) * 17, ((i >> 8) & 15) * 17]))

describe.each<Mode>(['light', 'dark'])('theme of any brand colour, %s', (mode) => {
  it('keeps every text and control readable on every surface', () => {
    const failures: string[] = []
    const require = (brand: string, what: string, first: string, second: string, minimum: number) => {
      const ratio = contrast(parseHex(first), parseHex(second))
      if (ratio < minimum) failures.push(`${brand} ${what} ${first} on ${second}: ${ratio.toFixed(2)}`)
    }
    for (const brand of brands) {
      const theme = themeOf(brand, mode)
      const grounds = [surfaces[mode].page, surfaces[mode].panel, surfaces[mode].raised, theme.tint]
      require(brand, 'label', theme.onFill, theme.fill, 4.5)
      require(brand, 'label on hover', theme.onFill, theme.fillHover, 4.5)
      require(brand, 'label on tint', theme.onTint, theme.tint, 4.5)
      for (const ground of grounds) {
        require(brand, 'link', theme.link, ground, 4.5)
        require(brand, 'border', theme.fillBorder, ground, 3)
        require(brand, 'focus', theme.focus, ground, 3)
        require(brand, 'ink', surfaces[mode].ink, ground, 4.5)
        require(brand, 'quiet text', surfaces[mode].quiet, ground, 4.5)
      }
    }
    expect(failures).toEqual([])
  })

  it('fills with the exact brand colour', () => {
    for (const brand of ['#0f766e', '#ffe600', '#7a1f3d']) expect(themeOf(brand, mode).fill).toBe(brand)
  })
})

describe('colour', () => {
  it('survives the way to OKLCH and back', () => {
    for (const brand of brands) expect(toHex(toRgb(toLch(parseHex(brand))))).toBe(brand)
  })

  it('knows the contrast of black on white', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
  })
})

describe('theme style', () => {
  it('changes its CSP hash with the brand', () => {
    const first = themeStyle({ brand: '#0f766e', radius: 'medium', logo_url: null })
    const second = themeStyle({ brand: '#0f766f', radius: 'medium', logo_url: null })
    expect(first.source).not.toBe(second.source)
    expect(first.css).toContain('--brand:#0f766e')
  })
})
