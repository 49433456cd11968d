import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DriverName, errorStatus, locales, StaffRole, TenantRuntime, TenantStatus, verticals } from '@cityos/contract'
import {
  defaultThresholds,
  GateFigure,
  GateReport,
  OperationKind,
  OperationStatus,
  RingKind,
  RingStatus,
  RolloutEventKind,
  RolloutReason,
  RolloutStatus,
  RolloutTenantStatus,
  StepStatus,
} from '@cityos/control-plane/contract'
import { PaymentStatus, ProductStatus, StoreStatus, SubOrderStatus, VendorRole, VendorStatus } from '@cityos/data-plane/contract'
import englishMessages from 'ra-language-english'
import { describe, expect, it } from 'vitest'
import { requirementParts } from '../screen/requirement.ts'

const here = new URL('..', import.meta.url).pathname

function flatten(tree: object, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value as object, `${prefix}${key}.`),
  )
}

const read = (locale: string, name: string) =>
  new Map(flatten(JSON.parse(readFileSync(join(here, 'i18n', locale, `${name}.json`), 'utf8'))))
const files = ['common', 'operator', 'platform', 'upgrade', 'tenant'] as const
const placeholders = (text: string) => [...new Set(text.match(/%\{\w+\}/g) ?? [])].sort().join()

/** Every source file of a folder of the console, without tests. */
function sources(folder: string): string[] {
  return readdirSync(join(here, folder), { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.includes('.test.'))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
}

const namespaces =
  'shell|form|tenant|operation|fleet|staff|wizard|help|menu|resources|field|action|consequence|operator|vendor|admin|error|status|language|order|refund|customer|category|product|stock|ledger|setting|setting_key|setting_group|store|team|billing|rollout|release|freeze|upgrade|node|policy|rule|mail|audit_trail|choice|todo|dashboard|audit|key'
const literal = new RegExp(`'((?:${namespaces})\\.[a-z0-9_.-]+)'`, 'g')
const notText = new Set(['error.main'])
const keysIn = (texts: string[]) =>
  [...new Set(texts.flatMap((text) => [...text.matchAll(literal)].map((match) => match[1] as string)))].filter(
    (key) =>
      !notText.has(key) && !key.endsWith('.main') && !/\.(ts|tsx|csv|hover|selected|default|paper|secondary|disabled|primary)$/.test(key),
  )

describe('texts of the console', () => {
  it.each(files)('%s has the same keys in every language, none empty', (name) => {
    const english = [...read('en', name).keys()].sort()
    for (const locale of locales) {
      const messages = read(locale, name)
      expect([...messages.keys()].sort(), locale).toEqual(english)
      expect([...messages].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([])
    }
  })

  it.each(files)('%s fills in the same values in every language', (name) => {
    const english = read('en', name)
    for (const locale of ['fr', 'ar'])
      for (const [key, text] of read(locale, name))
        if (!text.includes('||||')) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')])
  })

  it('Arabic plurals have all six forms', () => {
    for (const name of [...files, 'react-admin'])
      for (const [key, text] of read('ar', name)) if (text.includes('||||')) expect([key, text.split('||||').length]).toEqual([key, 6])
  })

  it('Arabic has every text of react-admin', () => {
    const own = read('ar', 'react-admin')
    expect(
      flatten(englishMessages as unknown as object)
        .map(([key]) => key)
        .filter((key) => !own.has(key)),
    ).toEqual([])
  })

  it('every key written in the operator’s screens exists', () => {
    const known = new Map([...read('en', 'common'), ...read('en', 'operator'), ...read('en', 'platform'), ...read('en', 'upgrade')])
    const used = keysIn(['shell', 'screen', 'fields', 'chart', 'operator'].flatMap(sources))
    expect(used.length).toBeGreaterThan(150)
    expect(used.filter((key) => !known.has(key))).toEqual([])
  })

  it('every key written in the tenant’s screens exists', () => {
    const known = new Map([...read('en', 'common'), ...read('en', 'tenant')])
    const used = keysIn(['shell', 'screen', 'fields', 'chart', 'admin', 'vendor', 'product', 'stock', 'order', 'team'].flatMap(sources))
    expect(used.length).toBeGreaterThan(200)
    expect(used.filter((key) => !known.has(key))).toEqual([])
  })

  it('every error code of the register has words', () => {
    const common = read('en', 'common')
    expect(Object.keys(errorStatus).filter((code) => !common.has(`error.${code}`))).toEqual([])
  })

  it('every status, role, kind and vertical of the contracts has a word', () => {
    const operator = new Map([...read('en', 'common'), ...read('en', 'operator'), ...read('en', 'platform'), ...read('en', 'upgrade')])
    const tenant = new Map([...read('en', 'common'), ...read('en', 'tenant')])
    const statuses = [
      TenantStatus,
      TenantRuntime,
      OperationStatus,
      RolloutStatus,
      RolloutTenantStatus,
      RingStatus,
      GateFigure.shape.verdict,
      GateReport.shape.verdict,
      StepStatus,
      SubOrderStatus,
      PaymentStatus,
      ProductStatus,
      VendorStatus,
      StoreStatus,
    ].flatMap((values) => values.options as string[])
    expect(statuses.filter((status) => !operator.has(`status.${status}`))).toEqual([])
    expect(StaffRole.options.filter((role) => !operator.has(`role.${role}`) || !operator.has(`role_text.${role}`))).toEqual([])
    expect(OperationKind.options.filter((kind) => !operator.has(`operation_kind.${kind}`) || !operator.has(`choice.kind.${kind}`))).toEqual(
      [],
    )
    expect(VendorRole.options.filter((role) => !tenant.has(`vendor_role.${role}`))).toEqual([])
    expect(verticals.filter((vertical) => !tenant.has(`vertical.${vertical.code}`)).map((vertical) => vertical.code)).toEqual([])
    expect(DriverName.options.length).toBeGreaterThan(0)
  })
})

describe('words of rollouts', () => {
  it('every event, reason, figure, basis and threshold of the contract has a word', () => {
    const texts = read('en', 'upgrade')
    const lists: [string, readonly string[]][] = [
      ['rollout_event', RolloutEventKind.options],
      ['rollout_reason', RolloutReason.options],
      ['gate_figure', [...GateFigure.shape.name.options, 'failures', 'by_hand']],
      ['gate_basis', GateReport.shape.basis.options],
      ['gate_verdict', GateReport.shape.verdict.options],
      ['threshold', Object.keys(defaultThresholds)],
      ['threshold_unit', Object.keys(defaultThresholds)],
      ['ring', RingKind.options.filter((kind) => kind !== 'share')],
    ]
    const needed = lists.flatMap(([list, names]) => names.map((name) => `${list}.${name}`))
    expect(needed.filter((key) => !texts.has(key))).toEqual([])
  })
})

describe('publishing requirements', () => {
  it('are said in words, with the currency or the policy they name', () => {
    const tenant = read('en', 'tenant')
    const names = [
      'title.en',
      'title.ar',
      'picture',
      'picture.alt',
      'variant',
      'price.SAR',
      'vendor_licence',
      'policy.returns.ar',
      'name',
      'legal.vat_no',
      'currency',
    ]
    expect(names.map((name) => requirementParts(name).key).filter((key) => !tenant.has(key))).toEqual([])
    expect(requirementParts('policy.returns.ar')).toEqual({ key: 'requirement.policy', part: 'returns', language: 'ar' })
  })
})
