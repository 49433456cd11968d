import { ApiError } from '@cityos/contract'
import type { ProductCard } from '@cityos/data-plane/contract'
import { getProduct, getStoreOrder, listProducts } from '@cityos/data-plane/contract'
import type { Platform } from './platform.ts'
import { firstVariant, openCart, pay, prepareCart } from './shopping.ts'

/** One request as a shopper saw it. */
export interface Sample {
  /** When it was sent and how long the answer took, milliseconds (`performance.now()`). */
  at: number
  took: number
}

export interface AcceptedOrder {
  host: string
  number: string
  token: string
  /** Minor units. */
  total: number
}

export interface LoadReport {
  samples: Sample[]
  /** What shoppers saw go wrong: host, what they did, and what came back. */
  failures: string[]
  orders: AcceptedOrder[]
}

/** Shoppers come with browsers; rehearsals and probes do not. */
const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) shopper' }

/** Refusals that are answers: somebody else bought the last one, the cart's price was read again. */
const answers: readonly string[] = ['out_of_stock', 'insufficient_stock', 'price_changed', 'total_changed', 'cart_changed']

/** How long a shopper reads what came before asking for more, milliseconds: the machine must not be what is measured. */
const reading = 40

/**
 * Shoppers who browse and buy all the time until they are stopped: on every host so many who only look, and so many who also
 * buy.
 */
export class ShoppingLoad {
  readonly #platform: Platform
  readonly #report: LoadReport = { samples: [], failures: [], orders: [] }
  readonly #running: Promise<void>[] = []
  #stopped = false

  constructor(platform: Platform, hosts: readonly string[], shoppers: { looking: number; buying: number }) {
    this.#platform = platform
    for (const host of hosts) {
      for (let index = 0; index < shoppers.looking; index++) this.#running.push(this.#look(host, index))
      for (let index = 0; index < shoppers.buying; index++) this.#running.push(this.#buy(host, index))
    }
  }

  get report(): LoadReport {
    return this.#report
  }

  /** Ends when everybody has finished what they were doing. */
  async stop(): Promise<LoadReport> {
    this.#stopped = true
    await Promise.all(this.#running)
    return this.#report
  }

  async #look(host: string, index: number): Promise<void> {
    const shop = this.#platform.client(host, browser)
    for (let turn = index; !this.#stopped; turn++) {
      await this.#attempt(host, 'list', () => shop(listProducts, { query: { limit: 20, offset: (turn * 7) % 60 } }))
      if (turn % 5 !== 0) continue
      await this.#attempt(host, 'page', async () => {
        const answer = await this.#platform.request(host, '/en', { headers: { ...browser, accept: 'text/html' } })
        await answer.text()
        if (answer.status !== 200) throw new Error(`status ${answer.status}`)
      })
    }
  }

  async #buy(host: string, index: number): Promise<void> {
    const shop = this.#platform.client(host)
    for (let turn = index; !this.#stopped; turn++) {
      const page = await this.#attempt(host, 'list', () => shop(listProducts, { query: { limit: 100, in_stock: 'true' } }))
      const product = page && chosen(page.items, turn)
      if (!product) continue
      await this.#attempt(host, 'detail', () => shop(getProduct, { params: { handle: product.handle } }))
      await this.#attempt(host, 'buy', async () => {
        const open = await openCart(this.#platform, host, [firstVariant(product)])
        await prepareCart(open, `load-${index}@example.test`)
        const { order, token } = await pay(open, 'sandbox')
        this.#report.orders.push({ host, number: order.number, token, total: order.total.amount })
      })
    }
  }

  /** Does something once, never again: what fails is a failure a shopper saw. */
  async #attempt<T>(host: string, what: string, work: () => Promise<T>): Promise<T | null> {
    await new Promise((resolve) => setTimeout(resolve, reading))
    const at = performance.now()
    try {
      const result = await work()
      this.#report.samples.push({ at, took: performance.now() - at })
      return result
    } catch (error) {
      if (error instanceof ApiError && answers.includes(error.code)) return null
      const words = error instanceof ApiError ? `${error.status} ${error.code}` : String(error)
      this.#report.failures.push(`${host} ${what}: ${words}`)
      return null
    }
  }
}

function chosen(products: readonly ProductCard[], turn: number): ProductCard | null {
  const sellable = products.filter((product) => product.kind === 'physical' && firstVariant(product, false))
  return sellable[(turn * 13) % Math.max(1, sellable.length)] ?? null
}

/** Accepted orders that cannot be found any more, or say another total than when they were accepted; must be empty. */
export async function lostOrders(platform: Platform, orders: readonly AcceptedOrder[]): Promise<string[]> {
  const lost: string[] = []
  for (const { host, number, token, total } of orders) {
    const found = await platform
      .client(host)(getStoreOrder, { params: { no: number }, query: { token } })
      .catch((error: unknown) => String(error))
    if (typeof found === 'string') lost.push(`${host} ${number}: ${found}`)
    else if (found.total.amount !== total) lost.push(`${host} ${number}: ${found.total.amount} instead of ${total}`)
  }
  return lost
}
