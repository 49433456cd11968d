import { ApiError, newId } from '@cityos/contract'
import { completeCart, createCart, holdTickets, listProducts, listSlots, orderTickets, updateCart } from '@cityos/data-plane/contract'
import { applicationUrl } from '@cityos/provisioning/local/addresses'
import pg from 'pg'
import { address } from './checkout.ts'
import { analyze } from './database.ts'
import { measureLoad } from './load.ts'
import type { Platform } from './platform.ts'
import { cpuMs, cpuMsOfTree } from './proc.ts'
import { type Figure, percentile } from './report.ts'
import { type Stalls, seedStalls } from './stalls.ts'

export interface Market {
  platform: Platform
  host: string
  tenantId: string
  seconds: number
}

const json = 'application/json'
const day = 86_400_000
const buyers = 2000
const tickets = 500
/** Twenty to warm up and three rounds of a hundred; each takes a time of its own, spread over the month. */
const mixedPurchases = 320

async function inDatabase<T>({ platform, tenantId }: Market, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(applicationUrl(platform.dataDir, tenantId))
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function stalls(market: Market): Promise<Stalls> {
  const made = await inDatabase(market, (client) => seedStalls((sql, values) => client.query<Record<string, unknown>>(sql, values)))
  await analyze(market.platform.dataDir, market.tenantId)
  return made
}

/** Asks for a path of the shop and reads the whole answer. */
async function get({ platform, host }: Market, path: string): Promise<void> {
  const response = await platform.fetch(`http://${host}:${platform.port}${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  await response.arrayBuffer()
}

/** Processor time per call of what `work` does `count` times, and how long each took. */
async function perCall({ platform, host }: Market, count: number, work: (index: number) => Promise<unknown>) {
  const { dataPlane, postgres } = await platform.pids(host)
  const before = [cpuMs(dataPlane), cpuMsOfTree(postgres)] as const
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    await work(index)
    times.push(performance.now() - start)
  }
  const plane = (cpuMs(dataPlane) - before[0]) / count
  const database = (cpuMsOfTree(postgres) - before[1]) / count
  return { plane, database, p50: percentile(times, 0.5), p95: percentile(times, 0.95) }
}

/** The cheapest of three rounds of `count`: on a busy machine it is the least disturbed. `work` is given another index each time. */
async function measureCalls(
  market: Market,
  group: string,
  aim: number,
  count: number,
  work: (index: number) => Promise<unknown>,
): Promise<Figure[]> {
  const rounds: Awaited<ReturnType<typeof perCall>>[] = []
  for (let round = 0; round < 3; round += 1) rounds.push(await perCall(market, count, (index) => work(round * count + index)))
  const { plane, database, p50, p95 } = rounds.sort((a, b) => a.plane + a.database - (b.plane + b.database))[0]!
  return [
    { group, name: 'data plane', value: plane, unit: 'ms CPU' },
    { group, name: 'Postgres', value: database, unit: 'ms CPU' },
    { group, name: 'data plane + Postgres', value: plane + database, unit: 'ms CPU', aim },
    { group, name: 'p50', value: p50, unit: 'ms' },
    { group, name: 'p95', value: p95, unit: 'ms' },
  ]
}

const dateIn = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10)

/** Free times of a service over 31 days, offered by 200 people. */
export async function measureSlots(market: Market): Promise<Figure[]> {
  const { serviceId } = await stalls(market)
  const search = (index: number) =>
    get(market, `/v1/store/services/${serviceId}/slots?from=${dateIn(1 + (index % 20))}&to=${dateIn(31 + (index % 20))}`)
  for (let index = 0; index < 20; index += 1) await search(index)
  return measureCalls(market, 'slots of 31 days × 200 providers', 15, 100, search)
}

/** A restaurant's menu of 300 dishes with modifiers. */
export async function measureMenu(market: Market): Promise<Figure[]> {
  const { restaurant } = await stalls(market)
  const group = 'menu of 300 dishes'
  const paths = [`/v1/store/restaurants/${restaurant}/menu`]
  return measureLoad(
    market.platform,
    { group, name: 'one menu again and again', host: market.host, paths, accept: json, aimCpuMs: 3 },
    market.seconds,
  )
}

/** What a browser asks for to draw a plan of 20,000 seats, and a hold of two of them, each after a hold of somebody else. */
export async function measureSeatMap(market: Market): Promise<Figure[]> {
  const { hall } = await stalls(market)
  const shop = market.platform.shop(market.host)
  const ask = (path: string) => get(market, `/v1/store/events/${hall.handle}/${path}`)
  let taken = 0
  const hold = () => {
    const seats = hall.seats.slice(taken, taken + 2)
    taken += 2
    return shop(holdTickets, { body: { lines: [{ ticket_type_id: hall.typeId, seat_ids: seats }] } }, { idempotencyKey: newId('key') })
  }
  for (let index = 0; index < 10; index += 1) {
    await hold()
    await ask('seats')
    await ask('seat-map')
  }
  return [
    ...(await measureCalls(market, 'seat map of 20,000: geometry', 5, 100, () => ask('seat-map'))),
    ...(await measureCalls(market, 'seat map of 20,000: what is free', 5, 100, () => ask('seats'))),
    ...(await measureCalls(market, 'seat map of 20,000: hold of two seats', 5, 100, hold)),
  ]
}

/** A product, a meal, a haircut and two tickets in one cart: cart → contact and address → confirmation. */
export async function measureMixed(market: Market): Promise<Figure[]> {
  const { serviceId, restaurantId, dishId, hall } = await stalls(market)
  const shop = market.platform.shop(market.host)
  const { items } = await shop(listProducts, { query: { limit: 100, in_stock: 'true' } })
  const { days } = await shop(listSlots, { params: { id: serviceId }, query: { from: dateIn(2), to: dateIn(32) } })
  const starts = days.flatMap((each) => each.slots.map((slot) => slot.start))
  const buy = async (index: number) => {
    const seats = hall.seats.slice(hall.seats.length - 2 * (index + 1), hall.seats.length - 2 * index)
    const cart = await shop(createCart, {
      body: {
        lines: [
          { kind: 'catalogue.product', choice: { variant_id: items[index % items.length]!.variants[0]!.id }, quantity: 1 },
          {
            kind: 'restaurant.meal',
            choice: {
              restaurant_id: restaurantId,
              service: 'pickup',
              slot_start: null,
              items: [{ item_id: dishId, option_ids: [], quantity: 3 }],
            },
            quantity: 1,
          },
          {
            kind: 'booking.slot',
            choice: { offering_id: serviceId, start: starts[Math.floor((index * starts.length) / mixedPurchases)]!, duration_min: 30 },
            quantity: 1,
          },
          { kind: 'event.ticket', choice: { ticket_type_id: hall.typeId, seat_ids: seats }, quantity: 2 },
        ],
      },
    })
    const headers = { 'x-cart-token': cart.token }
    const params = { id: cart.id }
    const ready = await shop(
      updateCart,
      { params, body: { name: address.name, email: `${newId('bench')}@example.test`, phone: address.phone, shipping_address: address } },
      { headers },
    )
    const body = { payment: { method: 'sandbox' as const, token: 'tok_ok' }, expected_total: ready.totals.total }
    await shop(completeCart, { params, body }, { headers, idempotencyKey: newId('key') })
  }
  if (starts.length < mixedPurchases) throw new Error(`${starts.length} free times are too few for ${mixedPurchases} purchases`)
  for (let index = 0; index < 20; index += 1) await buy(index)
  return measureCalls(market, 'mixed checkout of four verticals (3 calls)', 40, 100, (index) => buy(index + 20))
}

/** Two thousand buyers, 50 at a time, for five hundred tickets: the moment a sale opens. */
export async function measureStorm(market: Market): Promise<Figure[]> {
  const { concert } = await stalls(market)
  const shop = market.platform.shop(market.host)
  const group = `on-sale storm: ${buyers} buyers, ${tickets} tickets`
  const { dataPlane, postgres } = await market.platform.pids(market.host)
  const before = [cpuMs(dataPlane), cpuMsOfTree(postgres)] as const
  const [bought, refused]: [number[], number[]] = [[], []]
  const codes = new Map<string, number>()
  const start = performance.now()
  let soldAfter = 0
  const buyer = async (index: number) => {
    const began = performance.now()
    const body = {
      lines: [{ ticket_type_id: concert.typeId, quantity: 1 }],
      contact: { email: `buyer-${index}@example.test` },
      payment: { method: 'sandbox' as const, token: 'tok_ok' },
    }
    try {
      await shop(orderTickets, { body }, { idempotencyKey: newId('key') })
      bought.push(performance.now() - began)
      soldAfter = performance.now() - start
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
      refused.push(performance.now() - began)
    }
  }
  let next = 0
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < buyers) await buyer(next++)
    }),
  )
  const sold = await inDatabase(market, async (client) => {
    const { rows } = await client.query<{ sold: number; used: number }>(
      `SELECT (SELECT count(*)::int FROM event_ticket WHERE ticket_type_id = $1 AND status = 'valid') AS sold,
        (SELECT q.used FROM event_quota q JOIN event_quota_ticket_type t ON t.quota_id = q.id WHERE t.ticket_type_id = $1) AS used`,
      [concert.typeId],
    )
    return rows[0]!
  })
  if (sold.sold !== bought.length || sold.used !== tickets || sold.sold !== tickets || codes.size !== 1 || !codes.has('sold_out'))
    throw new Error(
      `the storm sold ${sold.sold} (${sold.used} counted) of ${tickets} to ${bought.length}; refused: ${JSON.stringify([...codes])}`,
    )
  const cpu = cpuMs(dataPlane) - before[0] + cpuMsOfTree(postgres) - before[1]
  return [
    { group, name: 'tickets sold, none oversold', value: sold.sold, unit: '' },
    { group, name: 'tickets until sold out', value: tickets / (soldAfter / 1000), unit: 'req/s' },
    { group, name: 'p95 of those who got one', value: percentile(bought, 0.95), unit: 'ms' },
    { group, name: 'p95 of those who did not', value: percentile(refused, 0.95), unit: 'ms' },
    { group, name: 'data plane + Postgres per buyer', value: cpu / buyers, unit: 'ms CPU' },
  ]
}
