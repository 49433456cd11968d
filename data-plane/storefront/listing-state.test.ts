import { describe, expect, it } from 'vitest'
import { apiQuery, filterCount, listingQuery, pagesAround, readListing } from './listing-state.ts'

const read = (text: string) => readListing(new URLSearchParams(text))

describe('the address of a list', () => {
  it('survives reading and writing, in one order', () => {
    const query = 'q=oud&attr=color%3Ablack&attr=size%3A54&in_stock=true&price=5000-20000&vendor=a-shop&vendor=b-shop&sort=-price&page=3'
    expect(listingQuery(read(query)).toString()).toBe(query)
    expect(listingQuery(read('vendor=b-shop&vendor=a-shop&vendor=a-shop')).toString()).toBe('vendor=a-shop&vendor=b-shop')
  })

  it('leaves out what makes no sense', () => {
    const state = read('sort=best&page=-2&price=cheap&attr=nonsense&vendor=../x&in_stock=perhaps')
    expect(state).toMatchObject({ sort: 'relevance', page: 1, price: null, attributes: [], vendors: [], inStock: false })
    expect(filterCount(state)).toBe(0)
  })

  it('becomes filters of the API in minor units', () => {
    expect(apiQuery(read('price=5000-&page=2'))).toMatchObject({ price_min: 5000, price_max: undefined, limit: 24, offset: 24 })
  })

  it('keeps a fixed vendor out of its own address', () => {
    const state = readListing(new URLSearchParams('vendor=other'), { vendor: 'dates-coop' })
    expect(state.vendors).toEqual(['dates-coop'])
    expect(listingQuery(state, { vendor: true }).toString()).toBe('')
  })
})

describe('pages around the present one', () => {
  it.each([
    [1, 1, [1]],
    [1, 9, [1, 2, null, 9]],
    [5, 9, [1, null, 4, 5, 6, null, 9]],
    [3, 5, [1, 2, 3, 4, 5]],
    [9, 9, [1, null, 8, 9]],
  ])('page %i of %i', (current, last, expected) => {
    expect(pagesAround(current, last)).toEqual(expected)
  })
})
