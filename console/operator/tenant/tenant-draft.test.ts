import { reservedSlugs, slugPattern } from '@cityos/contract'
import { CreateTenant } from '@cityos/control-plane/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  draftFailures,
  emptyDraft,
  slugFailure,
  slugFromName,
  stepOfField,
  type TenantDraft,
  toRequest,
  wizardSteps,
} from './tenant-draft.ts'

const complete: TenantDraft = {
  ...emptyDraft,
  name_en: 'Souq Al Zal',
  slug: 'souq-al-zal',
  owner: 'owner@souq.test',
  verticals: ['catalogue'],
}

describe('the tenant wizard', () => {
  it('names what the first step lacks, in the words of the field', () => {
    expect(draftFailures('identity', emptyDraft)).toEqual({ name_en: 'ra.validation.required', slug: 'ra.validation.required' })
  })

  it('lets a complete draft through every step and makes the body the API declares', () => {
    for (const step of wizardSteps) expect(draftFailures(step, complete)).toEqual({})
    const parsed = CreateTenant.parse(toRequest(complete))
    expect(parsed).toMatchObject({ slug: 'souq-al-zal', name: 'Souq Al Zal', owner: 'owner@souq.test', currency: 'SAR', seed: false })
  })

  it('sends the names of all languages when there is more than one', () => {
    expect(toRequest({ ...complete, name_ar: ' سوق الزل ' }).name).toEqual({ en: 'Souq Al Zal', fr: undefined, ar: 'سوق الزل' })
  })

  it.each(['owner', 'owner@', 'owner@souq', 'ow ner@souq.test'])('refuses %s as an e-mail address', (owner) => {
    expect(draftFailures('owner', { ...complete, owner })).toEqual({ owner: 'wizard.owner_format' })
  })

  it('refuses reserved and malformed addresses before the server is asked', () => {
    for (const slug of reservedSlugs) expect(slugFailure(slug)).toBe('error.slug_reserved')
    for (const slug of ['ab', '1shop', 'Shop', 'a--b', 'shop-', 'سوق', 'a'.repeat(41)])
      expect(slugFailure(slug)).toBe('error.slug_malformed')
    expect(slugFailure('souq-2')).toBeNull()
  })

  it('proposes only addresses that are well-formed, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        (name) => slugFromName(name) === '' || slugPattern.test(slugFromName(name)),
      ),
    )
    expect(slugFromName('Café de la Médina!')).toBe('cafe-de-la-medina')
    expect(slugFromName('سوق')).toBe('')
  })

  it('wants the main language among the chosen ones', () => {
    expect(draftFailures('region', { ...complete, locales: ['en'], default_locale: 'ar' })).toEqual({
      default_locale: 'wizard.default_language',
    })
    expect(draftFailures('region', { ...complete, locales: [] })).toEqual({ locales: 'wizard.one_language' })
  })

  it('knows the step of every field it sends, so that a refusal leads back to it', () => {
    for (const field of Object.keys(toRequest(complete))) expect(wizardSteps).toContain(stepOfField[field])
  })

  it('the review lacks whatever any step lacks', () => {
    expect(Object.keys(draftFailures('review', emptyDraft)).sort()).toEqual(['name_en', 'owner', 'slug'])
  })
})
