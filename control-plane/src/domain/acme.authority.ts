import { X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import acme, { type Authorization, type Client, type Order } from 'acme-client'
import type { Registry } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { DomainSettings } from './domain.settings.ts'

/** An order at the certificate authority, as it is remembered between two looks. */
export interface PendingOrder {
  url: string
  /** PEM of the key the certificate will be for. */
  key: string
  hosts: string[]
}

/** What has to be found at `http://<host>/.well-known/acme-challenge/<token>`. */
export interface Challenge {
  host: string
  token: string
  content: string
}

export interface IssuedCertificate {
  /** PEM, the certificate of the host first. */
  chain: string
  notBefore: Date
  notAfter: Date
  issuer: string
  fingerprint: string
}

/** An order that can go nowhere any more: it is forgotten, and the next try begins a new one. */
export class OrderEnded extends Error {}

/** Orders certificates by ACME (RFC 8555) with proof over HTTP. Every step can be repeated. */
export class AcmeAuthority {
  readonly #directory: string
  readonly #parts: { registry: Registry; sealing: Sealing; settings: DomainSettings; now: () => Date }

  constructor(directory: string, parts: { registry: Registry; sealing: Sealing; settings: DomainSettings; now: () => Date }) {
    this.#directory = directory
    this.#parts = parts
    if (parts.settings.acmeCa !== null) acme.axios.defaults.httpsAgent = new Agent({ ca: parts.settings.acmeCa })
  }

  async begin(hosts: string[]): Promise<PendingOrder> {
    const client = await this.#client()
    const order = await client.createOrder({ identifiers: hosts.map((value) => ({ type: 'dns', value })) })
    const key = await acme.crypto.createPrivateEcdsaKey('P-256')
    return { url: order.url, key: key.toString('utf8'), hosts }
  }

  /**
   * Takes an order from wherever it stands to its certificate.
   * @param publish makes the answers to the challenges visible, before the authority is told to look
   * @throws OrderEnded when the authority has given the order up; anything else may be tried again
   */
  async complete(pending: PendingOrder, publish: (challenges: Challenge[]) => Promise<void>): Promise<IssuedCertificate> {
    const client = await this.#client()
    let order = await this.#find(client, pending)
    if (order.status === 'pending') {
      await this.#answer(client, await client.getAuthorizations(order), publish)
      order = await client.getOrder(order)
    }
    if (order.status === 'ready') {
      const [commonName, ...others] = pending.hosts
      const [, csr] = await acme.crypto.createCsr({ commonName: commonName!, altNames: [commonName!, ...others] }, pending.key)
      order = await client.finalizeOrder(order, csr)
    }
    if (order.status === 'processing' || order.status === 'ready') order = await client.waitForValidStatus(order)
    if (order.status !== 'valid') throw new OrderEnded(`the certificate authority ended the order: ${order.status}`)
    return describe(await client.getCertificate(order))
  }

  async #find(client: Client, pending: PendingOrder): Promise<Order> {
    try {
      const order = await client.getOrder({ url: pending.url } as Order)
      if (order.status !== 'invalid') return { ...order, url: pending.url }
      throw new OrderEnded(`the certificate authority refused it${reasonOf(order.error)}`)
    } catch (error) {
      if (error instanceof OrderEnded) throw error
      throw /not found|no order|404/i.test(messageOf(error)) ? new OrderEnded(messageOf(error)) : error
    }
  }

  async #answer(client: Client, authorizations: Authorization[], publish: (challenges: Challenge[]) => Promise<void>): Promise<void> {
    const open = authorizations.filter((authorization) => authorization.status === 'pending')
    const asked = await Promise.all(
      open.map(async (authorization) => {
        const challenge = authorization.challenges.find((item) => item.type === 'http-01')
        if (!challenge) throw new OrderEnded('the certificate authority offers no proof over HTTP')
        const content = await client.getChallengeKeyAuthorization(challenge)
        return { challenge, host: authorization.identifier.value, content }
      }),
    )
    await publish(asked.map(({ challenge, host, content }) => ({ host, token: challenge.token, content })))
    await Promise.all(
      asked.map(async ({ challenge, host }) => {
        await client.completeChallenge(challenge)
        await client.waitForValidStatus(challenge).catch((cause: unknown) => {
          throw new OrderEnded(`the certificate authority could not see ${host}: ${messageOf(cause)}`, { cause })
        })
      }),
    )
  }

  async #client(): Promise<Client> {
    const { registry, sealing, settings, now } = this.#parts
    const fresh = (await acme.crypto.createPrivateEcdsaKey('P-256')).toString('utf8')
    await registry.db.acme_account.createMany({
      data: [{ directory: this.#directory, key_sealed: sealing.seal('acme', fresh), created_at: now() }],
      skipDuplicates: true,
    })
    const account = await registry.db.acme_account.findUniqueOrThrow({ where: { directory: this.#directory } })
    const client = new acme.Client({
      directoryUrl: this.#directory,
      accountKey: sealing.open('acme', account.key_sealed),
      ...(account.account_url ? { accountUrl: account.account_url } : {}),
      backoffAttempts: 12,
      backoffMin: 250,
      backoffMax: 10_000,
    })
    if (account.account_url === null) {
      // the same key finds the same account again
      await client.createAccount({
        termsOfServiceAgreed: true,
        ...(settings.acmeEmail ? { contact: [`mailto:${settings.acmeEmail}`] } : {}),
      })
      await registry.db.acme_account.update({ where: { directory: this.#directory }, data: { account_url: client.getAccountUrl() } })
    }
    return client
  }
}

function describe(chain: string): IssuedCertificate {
  const certificate = new X509Certificate(chain)
  const issuer = /(?:^|\n)(?:O|CN)=(.+)/.exec(certificate.issuer)?.[1] ?? certificate.issuer
  return {
    chain,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    issuer,
    fingerprint: certificate.fingerprint256,
  }
}

function reasonOf(error: object | undefined): string {
  const detail = (error as { detail?: unknown } | undefined)?.detail
  return typeof detail === 'string' ? `: ${detail}` : ''
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
