import { describe, expect, it } from 'vitest'
import { isGtin, missingToPublish, type PublishFacts } from './publish-rules.ts'

const complete: PublishFacts = {
  title: { en: 'Thobe', ar: 'ثوب' },
  media: [{ alt: { en: 'A thobe' } }],
  prices: [24_500],
  vendor: { status: 'active', verticals: ['catalogue'] },
  default_currency: 'SAR',
}

describe('what publishing needs', () => {
  it('nothing more than a complete product', () => expect(missingToPublish(complete)).toEqual([]))

  it.each<[string, Partial<PublishFacts>]>([
    ['title.ar', { title: { en: 'Thobe', ar: ' ' } }],
    ['title.en', { title: { ar: 'ثوب' } }],
    ['picture', { media: [] }],
    ['picture.alt', { media: [{ alt: {} }] }],
    ['variant', { prices: [] }],
    ['price.SAR', { prices: [null, null] }],
    ['vendor_licence', { vendor: { status: 'active', verticals: ['restaurant'] } }],
    ['vendor_licence', { vendor: { status: 'suspended', verticals: ['catalogue'] } }],
  ])('%s', (code, change) => expect(missingToPublish({ ...complete, ...change })).toEqual([code]))
})

describe('GTIN', () => {
  it.each(['4006381333931', '96385074', '036000291452', '10614141000415'])('%s holds', (code) => expect(isGtin(code)).toBe(true))
  it.each(['4006381333932', '96385075', '123', 'abcdefgh', '0000000000001'])('%s does not', (code) => expect(isGtin(code)).toBe(false))
})
