import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { weightOf } from './budget.ts'

it('a shell weighs itself and all it loads at once, each file counted once; what is loaded later does not count', () => {
  const code = () => randomBytes(2000).toString('hex')
  const files = {
    'entry.js': { fileName: 'entry.js', imports: ['a.js', 'b.js', 'react'], code: code() },
    'a.js': { fileName: 'a.js', imports: ['b.js', 'entry.js'], code: code() },
    'b.js': { fileName: 'b.js', imports: [], code: code() },
    'later.js': { fileName: 'later.js', imports: [], code: code() },
  }
  const packed = (name: keyof typeof files) => gzipSync(files[name].code).length
  expect(weightOf(files['entry.js'], (name) => files[name as keyof typeof files])).toBe(
    packed('entry.js') + packed('a.js') + packed('b.js'),
  )
})
