import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DB } from '../../generated/db.ts'
import { Database, type Tx, violates } from '../../platform/db/index.ts'
import { TestCluster } from '../../testing/platform.ts'
import { type DatedPool, takeDated } from './dated-pool.ts'
import { type Exclusive, lockIfFree, takenWithin } from './exclusive.ts'
import { giveUnits, type Pool, sumUnits, takeUnits } from './pool.ts'
import { freeUnits, holdUnits, type SingleUnits, sellUnits } from './units.ts'

let cluster: TestCluster
let database: Database
const now = new Date('2026-11-22T10:00:00Z')

beforeAll(async () => {
  cluster = await TestCluster.start()
  const tenant = await cluster.tenant()
  const owner = await cluster.owner(tenant)
  await owner.query(`SET ROLE cityos_owner;
    CREATE TABLE test_pool (id text PRIMARY KEY, used int NOT NULL DEFAULT 0, size int, closed bool NOT NULL DEFAULT false, updated_at timestamptz);
    CREATE TABLE test_dated (place text, day text, orders int, orders_cap int, points int, points_cap int, opened_by text, updated_at timestamptz, PRIMARY KEY (place, day));
    CREATE TABLE test_thing (id text PRIMARY KEY);
    CREATE TABLE test_stay (thing_id text, who text, starts_at timestamptz, ends_at timestamptz, status text,
      CONSTRAINT test_stay_alone EXCLUDE USING gist (thing_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status IN ('held', 'booked')));
    CREATE TABLE test_pause (thing_id text, starts_at timestamptz, ends_at timestamptz);
    CREATE TABLE test_unit (id text PRIMARY KEY, status text NOT NULL DEFAULT 'free', holder text);
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO cityos_app`)
  database = (await cluster.platform(tenant)).get(Database)
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  for (const table of ['test_pool', 'test_dated', 'test_thing', 'test_stay', 'test_pause', 'test_unit'])
    await sql`DELETE FROM ${sql.table(table)}`.execute(database.read)
})

class Refused extends Error {}

/** So many callers at once, each in a transaction of its own. @returns how many succeeded; anything but `Refused` fails the test */
async function race(callers: number, claim: (tx: Tx, caller: number) => Promise<unknown>): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: callers }, (_, caller) => database.transaction((tx) => claim(tx, caller))))
  for (const result of results) if (result.status === 'rejected' && !(result.reason instanceof Refused)) throw result.reason
  return results.filter((result) => result.status === 'fulfilled').length
}

const table = (name: string) => name as keyof DB

describe('a pool never gives more than it has', { retry: 0 }, () => {
  const pool: Pool = { table: table('test_pool'), used: 'used', capacity: 'size', open: () => sql`NOT pool.closed`, dated: true }
  const add = (id: string, size: number | null, closed = false) =>
    sql`INSERT INTO test_pool (id, size, closed) VALUES (${id}, ${size}, ${closed})`.execute(database.read)
  const used = async () =>
    Object.fromEntries(
      (await sql<{ id: string; used: number }>`SELECT id, used FROM test_pool ORDER BY id`.execute(database.read)).rows.map((row) => [
        row.id,
        row.used,
      ]),
    )
  const take = (units: Record<string, number>) => async (tx: Tx) => {
    if ((await takeUnits(tx, pool, new Map(Object.entries(units)), now)).length > 0) throw new Refused()
  }

  it('200 callers for overlapping pools: all of a claim or nothing, and nobody waits in a circle', async () => {
    await add('a', 60)
    await add('b', 20)
    const won = await race(200, (tx, caller) => take(caller % 2 === 0 ? { b: 1, a: 1 } : { a: 1 })(tx))
    expect(won).toBe(60)
    const after = await used()
    expect(after['a']).toBe(60)
    expect(after['b']).toBeLessThanOrEqual(20)
  })

  it('takes what is left to the last unit, without limit where there is none, and nothing that is closed or unknown', async () => {
    await add('few', 3)
    await add('many', null)
    await add('shut', 9, true)
    await database.transaction(take({ few: 3, many: 500 }))
    const claims: Record<string, number>[] = [{ few: 1 }, { shut: 1 }, { nowhere: 1 }, { many: 1, few: 1 }]
    for (const claim of claims) await expect(database.transaction(take(claim))).rejects.toBeInstanceOf(Refused)
    expect(await used()).toEqual({ few: 3, many: 500, shut: 0 })
  })

  it('what is given back says which rows have room again', async () => {
    await add('full', 2)
    await add('half', 4)
    await database.transaction(take({ full: 2, half: 2 }))
    const freed = await database.transaction((tx) =>
      giveUnits(
        tx,
        pool,
        new Map([
          ['full', 1],
          ['half', 1],
        ]),
        now,
      ),
    )
    expect(freed).toEqual(['full'])
    expect(await used()).toEqual({ full: 1, half: 1 })
  })

  it('lines that share a row are summed before they are checked', () => {
    expect([
      ...sumUnits([
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ]),
    ]).toEqual([
      ['a', 4],
      ['b', 2],
    ])
  })
})

describe('a pool opened by its first claim', { retry: 0 }, () => {
  const pool: DatedPool = {
    table: table('test_dated'),
    key: ['place', 'day'],
    counters: [
      { used: 'orders', capacity: 'orders_cap' },
      { used: 'points', capacity: 'points_cap' },
    ],
  }
  const claim = (points: number, caller = 0) => ({
    key: ['k', '2026-11-22'],
    units: [1, points],
    capacities: [10, 12],
    opening: { opened_by: `c${caller}` },
  })

  it('200 callers: both counters hold, whichever is reached first', async () => {
    const won = await race(200, async (tx, caller) => {
      if (!(await takeDated(tx, pool, claim(2, caller), now))) throw new Refused()
    })
    expect(won).toBe(6)
    const { rows } = await sql`SELECT orders, points, orders_cap, points_cap FROM test_dated`.execute(database.read)
    expect(rows).toEqual([{ orders: 6, points: 12, orders_cap: 10, points_cap: 12 }])
  })

  it('a claim larger than the whole row opens none', async () => {
    expect(await takeDated(database.read, pool, claim(13), now)).toBeNull()
    expect((await sql`SELECT 1 FROM test_dated`.execute(database.read)).rows).toEqual([])
  })
})

describe('a thing serves one at a time', { retry: 0 }, () => {
  const things: Exclusive = {
    resources: table('test_thing'),
    occupancy: { table: table('test_stay'), resource: 'thing_id', from: 'starts_at', to: 'ends_at', states: ['held', 'booked'] },
    blocks: { table: table('test_pause'), resource: 'thing_id', from: 'starts_at', to: 'ends_at' },
  }
  const hour = (start: number) => ({
    from: new Date(`2026-11-23T${String(start).padStart(2, '0')}:00:00Z`),
    to: new Date(`2026-11-23T${String(start + 1).padStart(2, '0')}:00:00Z`),
  })
  const add = (...ids: string[]) => sql`INSERT INTO test_thing SELECT unnest(${ids}::text[])`.execute(database.read)
  const stay = (tx: Tx, ids: readonly string[], who: string, span = hour(9)) =>
    sql`INSERT INTO test_stay SELECT id, ${who}, ${span.from}, ${span.to}, 'booked' FROM unnest(${[...ids]}::text[]) AS id`.execute(tx)

  it('200 callers for pairs of three things, each in another order: one pair wins, all of it', async () => {
    await add('x', 'y', 'z')
    const pairs = [
      ['x', 'y'],
      ['y', 'z'],
      ['z', 'x'],
      ['y', 'x'],
    ] as const
    const won = await race(200, async (tx, caller) => {
      const pair = pairs[caller % pairs.length]!
      if (!(await lockIfFree(tx, things, pair, hour(9)))) throw new Refused()
      await stay(tx, pair, `c${caller}`)
    })
    expect(won).toBe(1)
    const { rows } = await sql<{ who: string }>`SELECT who FROM test_stay`.execute(database.read)
    expect(rows).toHaveLength(2)
    expect(new Set(rows.map((row) => row.who)).size).toBe(1)
  })

  it('the constraint has the last word, whatever the code before it thought', async () => {
    await add('x')
    await stay(database.read, ['x'], 'first')
    await expect(stay(database.read, ['x'], 'second')).rejects.toSatisfy((error) => violates(error, '23P01', 'test_stay_alone'))
  })

  it('half-open: what ends when the next begins is no overlap; pauses count, ended stays do not', async () => {
    await add('x', 'y')
    await stay(database.read, ['x'], 'a', hour(9))
    await sql`INSERT INTO test_pause VALUES ('y', ${hour(12).from}, ${hour(12).to})`.execute(database.read)
    expect([...(await takenWithin(database.read, things, ['x', 'y'], hour(9)))]).toEqual(['x'])
    expect([...(await takenWithin(database.read, things, ['x', 'y'], hour(10)))]).toEqual([])
    expect([...(await takenWithin(database.read, things, ['x', 'y'], hour(12)))]).toEqual(['y'])
    await sql`UPDATE test_stay SET status = 'cancelled'`.execute(database.read)
    expect((await takenWithin(database.read, things, ['x'], hour(9))).size).toBe(0)
  })
})

describe('one of a kind', { retry: 0 }, () => {
  const seats: SingleUnits = { table: table('test_unit'), free: 'free', held: 'held', sold: 'sold', holder: 'holder' }
  const states = async () =>
    (await sql<{ id: string; status: string; holder: string | null }>`SELECT * FROM test_unit ORDER BY id`.execute(database.read)).rows

  it('200 callers for overlapping pairs of seats: nobody gets half a pair, no seat has two holders', async () => {
    await sql`INSERT INTO test_unit (id) SELECT 's' || lpad(n::text, 2, '0') FROM generate_series(1, 10) n`.execute(database.read)
    const label = (n: number) => `s${String((n % 10) + 1).padStart(2, '0')}`
    const won = await race(200, async (tx, caller) => {
      const holder = `line${caller}`
      if (
        (
          await holdUnits(
            tx,
            seats,
            new Map([
              [label(caller + 1), holder],
              [label(caller), holder],
            ]),
          )
        ).length > 0
      )
        throw new Refused()
    })
    const rows = await states()
    const held = rows.filter((row) => row.status === 'held')
    expect(held).toHaveLength(won * 2)
    for (const { holder } of held) expect(held.filter((row) => row.holder === holder)).toHaveLength(2)
  })

  it('held → sold → free; what somebody else has is named', async () => {
    await sql`INSERT INTO test_unit (id) VALUES ('a'), ('b')`.execute(database.read)
    expect(await holdUnits(database.read, seats, new Map([['a', 'one']]))).toEqual([])
    expect(
      await holdUnits(
        database.read,
        seats,
        new Map([
          ['a', 'two'],
          ['b', 'two'],
        ]),
      ),
    ).toEqual(['a'])
    await sellUnits(database.read, seats, ['one'])
    await freeUnits(database.read, seats, ['b'])
    expect(await states()).toEqual([
      { id: 'a', status: 'sold', holder: 'one' },
      { id: 'b', status: 'free', holder: null },
    ])
    await freeUnits(database.read, seats, ['a'])
    expect((await states())[0]).toEqual({ id: 'a', status: 'free', holder: null })
  })
})
