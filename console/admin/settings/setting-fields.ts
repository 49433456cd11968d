import type { Settings, SettingsPatch } from '@cityos/data-plane/contract'
import { minorFromText, textFromMinor } from '../../fields/minor-units.ts'

export type SettingKey = keyof Settings

/** How a setting is asked for: rates in percent, money in major units, numbers as they are. */
export type SettingUnit = 'percent' | 'money' | 'days' | 'minutes' | 'units'

export const settingGroups: { group: string; fields: { key: SettingKey; unit: SettingUnit; optional?: boolean }[] }[] = [
  {
    group: 'checkout',
    fields: [
      { key: 'tax.default_bps', unit: 'percent' },
      { key: 'shipping.flat_amount', unit: 'money' },
      { key: 'shipping.free_from_amount', unit: 'money', optional: true },
      { key: 'checkout.payment_deadline_minutes', unit: 'minutes' },
      { key: 'checkout.hold_minutes', unit: 'minutes' },
      { key: 'checkout.bank_transfer_days', unit: 'days' },
    ],
  },
  {
    group: 'consumer',
    fields: [
      { key: 'consumer.withdrawal_days', unit: 'days' },
      { key: 'consumer.late_delivery_days', unit: 'days' },
    ],
  },
  {
    group: 'vendors',
    fields: [
      { key: 'commission.default_bps', unit: 'percent' },
      { key: 'inventory.low_stock', unit: 'units' },
    ],
  },
]

/** Percent as digits: 1500 bps → `15`, 1250 → `12.5`. */
export const percentFromBps = (bps: number): string => textFromMinor(bps, 'SAR').replace(/\.?0+$/, '')

/** Basis points from typed percent, exact; null when it is not a number with at most two decimals. */
export const bpsFromPercent = (text: string): number | null => minorFromText(text, 'SAR')

/** What a setting's field shows. */
export function settingText(value: Settings[SettingKey], unit: SettingUnit, currency: string): string {
  if (typeof value !== 'number') return ''
  if (unit === 'percent') return percentFromBps(value)
  return unit === 'money' ? textFromMinor(value, currency) : String(value)
}

/** What was typed, as the API wants it; undefined when it cannot be read. */
export function settingValue(text: string, unit: SettingUnit, currency: string, optional = false): number | null | undefined {
  if (text.trim() === '') return optional ? null : undefined
  if (unit === 'percent') return bpsFromPercent(text) ?? undefined
  if (unit === 'money') return minorFromText(text, currency) ?? undefined
  return minorFromText(text, 'JPY') ?? undefined
}

/** Only what has changed is sent: another person's change to another setting is not undone. */
export function changedSettings(before: Settings, after: Partial<Settings>): SettingsPatch {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => JSON.stringify(before[key as SettingKey]) !== JSON.stringify(value)),
  ) as SettingsPatch
}
