import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Rounds } from './rounds.ts'

let begun: number
let finish: (error?: Error) => void
let told: unknown[]
let rounds: Rounds

beforeEach(() => {
  vi.useFakeTimers()
  begun = 0
  told = []
  rounds = new Rounds({
    gather: 30,
    work: () => {
      begun++
      return new Promise<void>((resolve, reject) => {
        finish = (error) => (error ? reject(error) : resolve())
      })
    },
    failed: (error) => told.push(error),
  })
})

afterEach(() => vi.useRealTimers())

/** Lets what has been promised come about. */
const settle = () => vi.advanceTimersByTimeAsync(0)

test('nothing is done before the start, and after the stop', async () => {
  rounds.wake()
  rounds.soon()
  await vi.advanceTimersByTimeAsync(100)
  expect(begun).toBe(0)
  rounds.start()
  expect(begun).toBe(1)
  const stopped = rounds.stop()
  rounds.wake()
  finish()
  await stopped
  rounds.soon()
  await vi.advanceTimersByTimeAsync(100)
  expect(begun).toBe(1)
})

test('however often it is called during a round, one more follows', async () => {
  rounds.start()
  rounds.wake()
  rounds.wake()
  expect(begun).toBe(1)
  finish()
  await settle()
  expect(begun).toBe(2)
  finish()
  await settle()
  expect(begun).toBe(2)
})

test('what comes closely together is one round', async () => {
  rounds.start()
  finish()
  await settle()
  rounds.soon()
  await vi.advanceTimersByTimeAsync(20)
  rounds.soon()
  expect(begun).toBe(1)
  await vi.advanceTimersByTimeAsync(10)
  expect(begun).toBe(2)
})

test('a round that fails is told of and comes again', async () => {
  rounds.start()
  finish(new Error('no connection'))
  await settle()
  expect(told).toEqual([new Error('no connection')])
  expect(begun).toBe(1)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(begun).toBe(2)
})

test('settled waits for what was asked for a moment ago', async () => {
  rounds.start()
  finish()
  await settle()
  rounds.soon()
  let done = false
  const settled = rounds.settled().then(() => {
    done = true
  })
  await settle()
  expect([begun, done]).toEqual([2, false])
  finish()
  await settled
  expect(done).toBe(true)
})
