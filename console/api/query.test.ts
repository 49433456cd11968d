import { describe, expect, it } from 'vitest'
import { isAbout } from './query.ts'

describe('what is read of a thing that was removed', () => {
  it.each([
    ['the page about it', ['cells', 'getOne', { id: 'jeddah-1', meta: undefined }], true],
    ['another one’s', ['cells', 'getOne', { id: 'riyadh-1' }], false],
    ['a list, which has to be read again', ['cells', 'getList', { pagination: { page: 1, perPage: 25 } }], false],
    ['a part of the page', ['read', 'node.detail', { params: { id: 'jeddah-1' } }], true],
    ['the dashboard', ['read', 'fleet.figures', {}], false],
  ])('%s', (_, queryKey, expected) => {
    expect(isAbout(queryKey, 'jeddah-1')).toBe(expected)
  })
})
