import { describe, expect, it } from 'vitest'
import { DirtyTenants } from './dirty-tenants.ts'

describe('tenants that something has happened to', () => {
  it('are looked at once it is quiet, and once for everything that came together', () => {
    const dirty = new DirtyTenants()
    dirty.heard('a', 0)
    dirty.heard('a', 200)
    expect(dirty.take(400, 10)).toEqual([])
    expect(dirty.take(500, 10)).toEqual(['a'])
    expect(dirty.take(5_000, 10)).toEqual([])
  })

  it('are looked at after a while although it is never quiet', () => {
    const dirty = new DirtyTenants()
    for (let now = 0; now <= 2_000; now += 100) dirty.heard('a', now)
    expect(dirty.take(2_000, 10)).toEqual(['a'])
  })

  it('come in the order of their news, a few at once', () => {
    const dirty = new DirtyTenants()
    dirty.heard('b', 10)
    dirty.heard('a', 0)
    dirty.heard('c', 20)
    expect(dirty.take(1_000, 2)).toEqual(['a', 'b'])
    expect(dirty.take(1_000, 2)).toEqual(['c'])
  })

  it('that have news come before a whole fleet that was only listed', () => {
    const dirty = new DirtyTenants()
    for (const id of ['a', 'b', 'c']) dirty.listed(id, 0)
    dirty.heard('c', 500)
    dirty.heard('d', 500)
    dirty.listed('d', 700)
    expect(dirty.take(1_000, 2)).toEqual(['c', 'd'])
    expect(dirty.take(1_000, 5)).toEqual(['a', 'b'])
    expect(dirty.take(9_000, 5)).toEqual([])
  })

  it('are looked at again later when an operation was under way', () => {
    const dirty = new DirtyTenants()
    dirty.later('a', 1_000, 'busy')
    expect(dirty.take(3_900, 10)).toEqual([])
    expect(dirty.take(4_000, 10)).toEqual(['a'])
  })
})
