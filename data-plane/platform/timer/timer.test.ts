import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Clock, hours, later, minutes, seconds } from '../clock/clock.ts'
import { Database } from '../db/index.ts'
import { TimerScheduler } from './timer-scheduler.ts'
import { cancel, schedule, TimerHandlers } from './timers.ts'

let cluster: TestCluster
let platform: TestPlatform
let database: Database
let clock: Clock

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  platform = await cluster.platform(await cluster.tenant())
  database = platform.get(Database)
  clock = platform.get(Clock)
})

const at = (dueAt: Date, options: { kind?: string; ref?: string; everySeconds?: number } = {}) =>
  database.transaction((tx) =>
    schedule(tx, { kind: options.kind ?? 'hold.expiry', ref: options.ref ?? 'hld_1', dueAt, everySeconds: options.everySeconds }),
  )

const rows = () => database.read.selectFrom('timer').selectAll().execute()

it('runs a timer at its moment and hands over the moment, however late it runs', async () => {
  const seen: Date[] = []
  platform.get(TimerHandlers).on('hold.expiry', async (_ctx, timer) => void seen.push(timer.dueAt))
  const dueAt = later(clock.now(), hours(2))
  await at(dueAt)
  platform.get(TimerScheduler).start()
  expect(await platform.get(TimerScheduler).nextDueAt()).toEqual(dueAt)
  clock.travelTo(later(dueAt, minutes(30)))
  await until(() => seen.length === 1)
  expect(seen).toEqual([dueAt])
  await until(async () => (await rows()).length === 0)
})

it('wakes for a timer that is scheduled while it waits for a later one', async () => {
  const seen: string[] = []
  platform.get(TimerHandlers).on('hold.expiry', async (_ctx, timer) => void seen.push(timer.ref))
  platform.get(TimerScheduler).start()
  await at(later(clock.now(), hours(1)), { ref: 'late' })
  await at(later(clock.now(), 50), { ref: 'soon' })
  await until(() => seen.length === 1)
  expect(seen).toEqual(['soon'])
})

it('what was written as if on another day is due in the present', async () => {
  const seen: [ref: string, now: Date][] = []
  platform.get(TimerHandlers).on('hold.expiry', async (_ctx, timer) => void seen.push([timer.ref, clock.now()]))
  platform.get(TimerScheduler).start()
  const present = clock.now()
  await clock.at(later(present, -hours(48)), () => at(later(present, -hours(24)), { ref: 'past' }))
  await until(() => seen.length === 1)
  expect(seen[0]![0]).toBe('past')
  expect(seen[0]![1].getTime()).toBeGreaterThanOrEqual(present.getTime())
})

it('moves a timer that is scheduled again, and forgets a cancelled one', async () => {
  const soon = later(clock.now(), minutes(1))
  await at(soon)
  await at(later(soon, minutes(15)))
  expect((await rows()).map((row) => row.due_at)).toEqual([later(soon, minutes(15))])
  await database.transaction((tx) => cancel(tx, 'hold.expiry', 'hld_1'))
  expect(await rows()).toEqual([])
})

it('two processes run a timer once', async () => {
  const other = await cluster.platform(platform.binding.database)
  const seen: string[] = []
  for (const each of [platform, other]) each.get(TimerHandlers).on('hold.expiry', async (_ctx, timer) => void seen.push(timer.ref))
  await Promise.all(Array.from({ length: 40 }, (_, index) => at(clock.now(), { ref: `hld_${index}` })))
  platform.get(TimerScheduler).start()
  other.get(TimerScheduler).start()
  await until(async () => (await rows()).length === 0)
  expect(new Set(seen).size).toBe(40)
  expect(seen).toHaveLength(40)
})

it('keeps a failed timer, tries it again after ten seconds, and keeps what its handler scheduled anew', async () => {
  let tries = 0
  platform.get(TimerHandlers).on('hold.expiry', async () => {
    tries += 1
    if (tries === 1) throw new Error('database is busy')
    await at(later(clock.now(), hours(5)))
  })
  await at(clock.now())
  platform.get(TimerScheduler).start()
  await until(() => tries === 1)
  await until(async () => (await rows())[0]?.last_error === 'database is busy')
  clock.travelTo(later(clock.now(), seconds(11)))
  await until(() => tries === 2)
  await platform.get(TimerScheduler).stop()
  expect((await rows()).map((row) => [row.status, row.attempts, row.due_at > later(clock.now(), hours(4))])).toEqual([['pending', 0, true]])
})

it('a recurring timer goes on from its own moments and skips those it slept through', async () => {
  let runs = 0
  platform.get(TimerHandlers).on('daily', async () => void runs++)
  const first = later(clock.now(), hours(1))
  await at(first, { kind: 'daily', ref: 'x', everySeconds: 86_400 })
  platform.get(TimerScheduler).start()
  clock.travelTo(later(first, hours(60)))
  await until(() => runs === 1)
  await platform.get(TimerScheduler).stop()
  expect((await rows())[0]?.due_at).toEqual(later(first, hours(72)))
})

it('leaves alone what belongs to a vertical that is off', async () => {
  let runs = 0
  platform.get(TimerHandlers).on('auction.close', async () => void runs++, { vertical: 'auction' })
  await at(later(clock.now(), -1), { kind: 'auction.close', ref: 'x' })
  platform.get(TimerScheduler).start()
  await platform.get(TimerScheduler).stop()
  expect([runs, await platform.get(TimerScheduler).nextDueAt()]).toEqual([0, null])
})
