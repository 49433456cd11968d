import { request } from 'node:http'
import type { Check, TenantDocument } from '@cityos/contract'
import { z } from 'zod'
import { check } from './probes.ts'

const longestAnswerMs = 20_000
/** What a tenant's own settings may answer to an order, and a good release too. */
const rulesOfTheHouse = new Set([
  'no_shipping_option',
  'address_invalid',
  'insufficient_stock',
  'currency_not_supported',
  'minimum_order_not_met',
  'outside_service_area',
  'outside_delivery_area',
])

const Money = z.object({ amount: z.int(), currency: z.string() })
const Products = z.array(
  z.object({ variants: z.array(z.object({ id: z.string(), availability: z.string(), price: z.unknown(), minimum_quantity: z.int() })) }),
)
const Cart = z.object({ id: z.string(), token: z.string() })
const Options = z.array(z.object({ id: z.string(), vendor_id: z.string() }))
const Priced = z.object({ totals: z.object({ total: Money }) })
const Bought = z.object({ order: z.object({ number: z.string() }), token: z.string() })

/** A rule of the tenant ended the journey before an order: no fault of the release. */
class EndsHere extends Error {}

/**
 * The way of a guest through a shop, over the public interface: look around, fill a cart, pay with the sandbox, see the
 * order. Where the tenant's own rules or an empty shop end it early, the step says so and counts as passed.
 * @param socket of a process nobody else asks
 */
export async function walkJourney(socket: string, document: TenantDocument): Promise<Check[]> {
  const checks: Check[] = []
  const shop = new Shop(socket, document.domains[0] ?? document.slug)
  let ended = false
  const step = async <T>(name: string, attempt: () => Promise<T>): Promise<T | null> => {
    if (ended) return null
    let result: T | null = null
    const done = await check(`journey.${name}`, async () => {
      try {
        result = await attempt()
        return null
      } catch (error) {
        ended = true
        if (error instanceof EndsHere) return error.message
        throw error
      }
    })
    checks.push(done)
    return result
  }
  await step('home', () => shop.page(`/${document.default_locale}`))
  if (!document.verticals.includes('catalogue')) return checks
  const variantId = await step('products', async () => {
    const products = Products.parse(await shop.call('GET', '/v1/store/products?limit=50&in_stock=true'))
    const variant = products
      .flatMap((product) => product.variants)
      .find((each) => each.availability !== 'out' && each.price !== null && each.minimum_quantity === 1)
    if (!variant) throw new EndsHere('nothing is on sale')
    return variant.id
  })
  const cart = await step('cart', async () => {
    const lines = [{ kind: 'catalogue.product', choice: { variant_id: variantId }, quantity: 1 }]
    const opened = Cart.parse(await shop.call('POST', '/v1/store/carts', { lines }))
    shop.cartToken = opened.token
    return opened
  })
  const path = `/v1/store/carts/${cart?.id ?? ''}`
  const total = await step('address', async () => {
    const shipping_address = { name: 'Rehearsal', phone: '+966501234567', line1: 'Main Street 1', city: 'City', country: document.country }
    await shop.call('PATCH', path, { email: 'rehearsal@example.test', shipping_address })
    const options = Options.parse(await shop.call('GET', `${path}/shipping-options`))
    const perVendor = new Map(options.map((option) => [option.vendor_id, option.id] as const).reverse())
    const shipping_options = [...perVendor].map(([vendor_id, option_id]) => ({ vendor_id, option_id }))
    return Priced.parse(await shop.call('PATCH', path, { shipping_options })).totals.total
  })
  const bought = await step('pay', async () => {
    const payment = { method: total?.amount === 0 ? 'none' : 'sandbox', ...(total?.amount === 0 ? {} : { token: 'tok_ok' }) }
    return Bought.parse(
      await shop.call('POST', `${path}/complete`, { payment, expected_total: total }, { 'idempotency-key': `rehearsal-${cart?.id}` }),
    )
  })
  await step('order', () => shop.call('GET', `/v1/store/orders/${bought?.order.number}?token=${encodeURIComponent(bought?.token ?? '')}`))
  return checks
}

/** One shop, as a guest's browser sees it. */
class Shop {
  cartToken: string | null = null
  private readonly socket: string
  private readonly host: string

  constructor(socket: string, host: string) {
    this.socket = socket
    this.host = host
  }

  async page(path: string): Promise<void> {
    const { status } = await this.send('GET', path, { accept: 'text/html' })
    if (status >= 400) throw new Error(`GET ${path} answered ${status}`)
  }

  /** @returns the data of the answer's envelope @throws EndsHere for a rule of the tenant */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const token: Record<string, string> = this.cartToken ? { 'x-cart-token': this.cartToken } : {}
    const { status, text } = await this.send(method, path, { accept: 'application/json', ...token, ...headers }, body)
    if (status < 300) return (JSON.parse(text) as { data: unknown }).data
    const fault = status < 500 ? (JSON.parse(text) as { errors?: { code: string; message: string }[] }).errors?.[0] : undefined
    if (fault && rulesOfTheHouse.has(fault.code)) throw new EndsHere(`the tenant's own rules end it here: ${fault.code}`)
    throw new Error(`${method} ${path.split('?', 1)[0]} answered ${status}${fault ? `: ${fault.code}, ${fault.message}` : ''}`)
  }

  private send(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<{ status: number; text: string }> {
    const content = body === undefined ? undefined : JSON.stringify(body)
    const length = content === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }
    const options = { socketPath: this.socket, method, path, agent: false, signal: AbortSignal.timeout(longestAnswerMs) }
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: { host: this.host, ...headers, ...length } }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.once('error', reject)
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      sent.once('error', (error) => reject(new Error(`${method} ${path} got no answer: ${error.message}`)))
      sent.end(content)
    })
  }
}
