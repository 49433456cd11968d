import { expect, it } from 'vitest'
import type { TestSpecification, Vitest } from 'vitest/node'
import { LongestFirst } from './longest-first.ts'

const names = ['charts', 'platform', 'cluster', 'operations', 'recovery', 'of-tomorrow', 'cells']
const files = names.map((name) => ({ moduleId: `/checkout/e2e/kubernetes/${name}.test.ts` }) as TestSpecification)
const share = async (index: number, count: number) => {
  const sequencer = new LongestFirst({ config: { shard: { index, count } } } as Vitest)
  return (await sequencer.shard(files)).map(({ moduleId }) => moduleId.split('/').at(-1)!.replace('.test.ts', ''))
}

it.each([1, 2, 3, 9])('among %i shares, every file is in one of them', async (count) => {
  const shares = await Promise.all(Array.from({ length: count }, (_, index) => share(index + 1, count)))
  expect(shares.flat().sort()).toEqual(names.toSorted())
})

it('the two longest files are not in the same share', async () => {
  expect(await share(1, 2)).toContain('operations')
  expect(await share(2, 2)).toContain('platform')
})
