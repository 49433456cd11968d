import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { cache, freePort, install, onPath, run } from './stand-in.ts'

/**
 * The two stand-ins for the payment provider, kept in the user's cache folder and installed there once: `localstripe`
 * (stateful: customers, subscriptions, invoices, signed events) and `stripe-mock` (the shape of every request).
 */

const localStripeVersion = '1.15.10'
const stripeMockVersion = 'v0.197.0'

/** Whether the tests against each can run here; in CI they must. */
const makesEnvironments = () => spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0
export const canRunLocalStripe = process.env['CI'] === 'true' || makesEnvironments()
export const canRunStripeMock = onPath('go') || process.env['CI'] === 'true'

export interface StandIn {
  origin: string
  stop(): Promise<void>
}

export async function startStripeMock(): Promise<StandIn> {
  const folder = join(cache, `stripe-mock-${stripeMockVersion}`)
  install(folder, (at) =>
    run('go', ['install', `github.com/stripe/stripe-mock@${stripeMockVersion}`], { GOBIN: at, GOFLAGS: '-modcacherw' }),
  )
  const port = await freePort()
  return serve(spawn(join(folder, 'stripe-mock'), ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' }), port)
}

export async function startLocalStripe(): Promise<StandIn> {
  const folder = join(cache, `localstripe-${localStripeVersion}`)
  install(folder, (at) => {
    run('python3', ['-m', 'venv', at])
    run(join(at, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `localstripe==${localStripeVersion}`])
  })
  const port = await freePort()
  const python = join(folder, 'bin', 'python')
  return serve(spawn(python, ['-m', 'localstripe', '--port', String(port), '--from-scratch'], { stdio: 'ignore' }), port)
}

async function serve(process: ChildProcess, port: number): Promise<StandIn> {
  const origin = `http://127.0.0.1:${port}`
  const deadline = performance.now() + 45_000
  while (!(await answers(origin))) {
    if (process.exitCode !== null || performance.now() > deadline) throw new Error(`the stand-in at ${origin} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    origin,
    stop: () =>
      new Promise((resolve) => {
        process.once('exit', () => resolve())
        process.kill('SIGKILL')
      }),
  }
}

async function answers(origin: string): Promise<boolean> {
  try {
    await fetch(`${origin}/v1/customers`, { headers: { authorization: 'Bearer sk_test_probe' } })
    return true
  } catch {
    return false
  }
}

/**
 * localstripe speaks of plans where the pinned version speaks of prices, and does not know every setting. This stands
 * between: names are changed on the way, nothing else. It can be closed and opened again, as a provider that is down.
 */
export class PriceTranslator {
  readonly #target: URL
  #server: Server | null = null
  #port = 0
  /** Requests that came, as `METHOD path`. */
  readonly seen: string[] = []

  constructor(target: string) {
    this.#target = new URL(target)
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async open(): Promise<void> {
    const server = createServer((incoming, outgoing) => {
      void readAll(incoming).then(async (body) => {
        const [path, question = ''] = (incoming.url ?? '/').split('?') as [string, string?]
        this.seen.push(`${incoming.method} ${path}`)
        const customer = new URLSearchParams(body).get('customer')
        if (incoming.method === 'POST' && path === '/v1/subscriptions' && customer) await this.#giveUnpayableCard(customer)
        const url = path.replace('/v1/prices', '/v1/plans')
        const form = translate(
          incoming.method ?? 'GET',
          path,
          new URLSearchParams(incoming.method === 'DELETE' ? question : body),
        ).toString()
        const headers = { ...incoming.headers, host: this.#target.host, 'content-length': String(Buffer.byteLength(form)) }
        const forwarded = request(
          {
            host: this.#target.hostname,
            port: this.#target.port,
            method: incoming.method,
            path: question && incoming.method !== 'DELETE' ? `${url}?${question}` : url,
            headers,
          },
          (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
            answer.pipe(outgoing)
          },
        )
        forwarded.on('error', () => outgoing.destroy())
        forwarded.end(form)
      })
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** localstripe knows no invoice that waits for a transfer: it charges at once, so that it needs a card it is declined on. */
  async #giveUnpayableCard(customer: string): Promise<void> {
    await addCard(this.#target.origin, customer, '4000000000000341')
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    server?.closeAllConnections()
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  }
}

/** Gives a customer of localstripe a card, from which it is charged from now on. */
export async function addCard(origin: string, customer: string, number: string): Promise<void> {
  const post = async (path: string, form: Record<string, string>): Promise<{ id: string }> => {
    const headers = { authorization: 'Bearer sk_test_local', 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body: new URLSearchParams(form).toString() })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as { id: string }
  }
  const card = { 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2040', 'card[cvc]': '123' }
  const method = await post('/v1/payment_methods', { type: 'card', ...card })
  await post(`/v1/payment_methods/${method.id}/attach`, { customer })
  await post(`/v1/customers/${customer}`, { 'invoice_settings[default_payment_method]': method.id })
}

const unknownThere = ['collection_method', 'days_until_due', 'proration_behavior', 'invoice_now', 'prorate']
const otherNames: Record<string, string> = {
  unit_amount: 'amount',
  'recurring[interval]': 'interval',
  'product_data[name]': 'product[name]',
  'items[0][price]': 'items[0][plan]',
}

function translate(_method: string, path: string, form: URLSearchParams): URLSearchParams {
  const translated = new URLSearchParams()
  for (const [name, value] of form) {
    if (path.startsWith('/v1/subscriptions') && unknownThere.includes(name)) continue
    translated.append(otherNames[name] ?? name, value)
  }
  return translated
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
