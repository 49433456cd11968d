import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkServer } from '../../local/postgres/server-check.ts'
import { startTestPostgres, type TestPostgres } from '../../local/postgres/testing.ts'
import { DatabaseWatch } from './database-watch.ts'

let postgres: TestPostgres
const watches: DatabaseWatch[] = []
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(async () => {
  await Promise.all(watches.map((watch) => watch.stop()))
  await postgres?.stop()
})

/** Patience for a crowded machine. */
const patient = { timeout: 20_000 }

function watched(url: string) {
  const answers: (string | null)[] = []
  const watch = new DatabaseWatch({
    check: () => checkServer(url, 'cell riyadh-1'),
    answered: (fault) => void answers.push(fault?.message ?? null),
    intervals: { well: 20, away: 20 },
  })
  watches.push(watch)
  watch.start()
  return { answers, watch }
}

it('a password that is not accepted is told, and none is shown', async () => {
  const url = Object.assign(new URL(postgres.url), { password: 'guessed-wrong' }).toString()
  const { answers } = watched(url)
  await expect
    .poll(() => answers[0], patient)
    .toMatch(/^the database of cell riyadh-1 \(.*\) cannot be used: password authentication failed/)
  expect(answers.join()).not.toContain('guessed-wrong')
})

it('a server that stops answering is told, and nothing more after the watch has ended', async () => {
  const { answers, watch } = watched(postgres.url)
  await expect.poll(() => answers.length, patient).toBeGreaterThan(1)
  expect(new Set(answers)).toEqual(new Set([null]))
  await postgres.stop()
  await expect.poll(() => answers.at(-1), patient).toMatch(/cell riyadh-1 .* cannot be used: .*(ECONNREFUSED|ENOENT)/)
  await watch.stop()
  const told = answers.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(answers).toHaveLength(told)
})
