import type { VerticalManifest } from '@cityos/contract'
import type { Type } from '@nestjs/common'
import { expect, it } from 'vitest'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'
import { defineVertical, type VerticalParts } from './define-vertical.ts'

class Sale {
  readonly kind = 'parking.stay'
}
class Seed {
  async run() {
    return { added: 0 }
  }
}
const manifest: VerticalManifest = {
  name: 'parking',
  prefix: 'parking',
  title: { en: 'Parking', fr: 'Stationnement', ar: 'مواقف' },
  dependsOn: [],
  kinds: ['parking.stay'],
  resources: ['zones'],
  permissions: { staff: {}, vendor: {} },
  navigation: [],
}
const stay = (event: string) =>
  defineLifecycle({
    entity: 'stay',
    table: 'cart',
    states: ['open', 'closed'],
    transitions: [{ name: 'leave', from: ['open'], to: 'closed', by: ['customer'], event }],
  })
const parts: VerticalParts = {
  manifest,
  lifecycles: [stay('parking.stay.left')],
  sells: [Sale],
  controllers: [],
  providers: [],
  imports: [],
  seed: Seed,
}

it('a vertical whose parts fit is a module with its facts', () => {
  expect(defineVertical(parts)).toMatchObject({ manifest, lifecycles: parts.lifecycles, module: expect.any(Function) })
})

it.each<[string, Partial<VerticalParts>, string]>([
  ['a fact nobody asked for', { manifest: { ...manifest, colour: 'red' } as VerticalManifest }, 'a manifest says nothing about colour'],
  ['a name the platform does not know', { manifest: { ...manifest, name: 'laundromat' } }, 'does not know this name'],
  ['a stranger it depends on', { manifest: { ...manifest, dependsOn: ['valet'] } }, 'depends on valet'],
  ['a kind of another prefix', { manifest: { ...manifest, kinds: ['event.stay'] } }, 'kind event.stay does not begin with parking.'],
  ['a kind nobody sells', { sells: [] }, 'names 1 kinds and sells 0'],
  ['an event of another prefix', { lifecycles: [stay('event.stay.left')] }, 'stay.leave leaves event.stay.left'],
  [
    'a noun of another vertical',
    { nouns: [[{ noun: 'venue', vertical: 'event-ticketing' }, Seed as Type<unknown>]] },
    'venue belongs to event-ticketing',
  ],
])('%s does not load', (_what, change, message) => {
  expect(() => defineVertical({ ...parts, ...change })).toThrow(`vertical ${(change.manifest ?? manifest).name}: `)
  expect(() => defineVertical({ ...parts, ...change })).toThrow(message)
})
