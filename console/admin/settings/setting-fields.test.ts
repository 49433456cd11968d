import { Settings, SettingsPatch, type Settings as SettingsType } from '@cityos/data-plane/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bpsFromPercent, changedSettings, percentFromBps, settingGroups, settingText, settingValue } from './setting-fields.ts'

describe('settings', () => {
  it('percent round trip: any rate reads back as the same basis points', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), (bps) => bpsFromPercent(percentFromBps(bps)) === bps))
    expect(percentFromBps(1500)).toBe('15')
    expect(percentFromBps(1250)).toBe('12.5')
    expect(percentFromBps(0)).toBe('0')
  })

  it('asks only for settings the contract has', () => {
    for (const field of settingGroups.flatMap((group) => group.fields)) expect(Object.keys(Settings.shape)).toContain(field.key)
  })

  it('an amount is in major units on the page and in minor units on the wire', () => {
    expect(settingText(1500, 'money', 'SAR')).toBe('15.00')
    expect(settingValue('15.00', 'money', 'SAR')).toBe(1500)
    expect(settingValue('1.250', 'money', 'KWD')).toBe(1250)
  })

  it('empty means “none” only where that is possible; days are whole', () => {
    expect(settingValue('', 'money', 'SAR', true)).toBeNull()
    expect(settingValue('', 'days', 'SAR')).toBeUndefined()
    expect(settingValue('7.5', 'days', 'SAR')).toBeUndefined()
    expect(settingValue('٧', 'days', 'SAR')).toBe(7)
  })

  it('sends only what has changed', () => {
    const before = { 'tax.default_bps': 1500, 'checkout.hold_minutes': 15, 'catalogue.vendor_publish_tiers': ['pro'] } as SettingsType
    const patch = changedSettings(before, {
      'tax.default_bps': 500,
      'checkout.hold_minutes': 15,
      'catalogue.vendor_publish_tiers': ['pro'],
    })
    expect(patch).toEqual({ 'tax.default_bps': 500 })
    expect(SettingsPatch.safeParse(patch).success).toBe(true)
  })
})
