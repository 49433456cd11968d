import { expect, test } from 'vitest'
import { eventData } from './event-lines.ts'

async function all(chunks: (string | Buffer)[]): Promise<string[]> {
  async function* stream() {
    yield* chunks
  }
  const found: string[] = []
  for await (const data of eventData(stream())) found.push(data)
  return found
}

test('events are cut at empty lines, wherever the chunks are cut', async () => {
  expect(await all(['id: 1\nda', 'ta: {"a":1}\n', '\ndata: x\ndata: y\n\n: still here\n\n'])).toEqual(['{"a":1}', 'x\ny'])
})

test('a character split over two chunks arrives whole', async () => {
  const bytes = Buffer.from('data: قهوة\r\n\r\n')
  expect(await all([bytes.subarray(0, 7), bytes.subarray(7)])).toEqual(['قهوة'])
})

test('an event cut off by the end of the stream is left out', async () => {
  expect(await all(['data: whole\n\ndata: half\n'])).toEqual(['whole'])
})
