import { expect, it } from 'vitest'
import { z } from 'zod'
import { anyone, endpoint } from './endpoint.ts'
import { patchOf } from './patch.ts'

const Input = z.object({
  name: z.string(),
  city: z.string().default('Riyadh'),
  note: z.string().nullable().default(null),
  tags: z.array(z.string()).max(2).default([]),
})

it('a patch changes what it names and nothing else', () => {
  const Patch = patchOf(Input)
  expect(Patch.parse({})).toEqual({})
  expect(Patch.parse({ note: null, tags: ['a'] })).toEqual({ note: null, tags: ['a'] })
  expect(Patch.safeParse({ city: 4 }).success).toBe(false)
  expect(Patch.safeParse({ tags: ['a', 'b', 'c'] }).success).toBe(false)
})

it('an operation that changes does not load when an empty body would already change something', () => {
  const declare = (body: z.ZodType) => () =>
    endpoint({ id: 'shop.update', method: 'PATCH', path: '/v1/shop', summary: '', access: anyone, body, response: Input })
  expect(declare(Input.partial())).toThrow('shop.update: an empty body would set city, note, tags; use patchOf()')
  expect(declare(patchOf(Input))).not.toThrow()
  expect(declare(z.object({ name: z.string() }))).not.toThrow()
})
