import { argon2, type BinaryLike, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
const derive = promisify(argon2) as (
  algorithm: 'argon2id',
  parameters: { message: BinaryLike; nonce: Buffer; memory: number; passes: number; parallelism: number; tagLength: number },
) => Promise<Buffer>

/** At most two at a time: each takes 19 MiB, and a data plane has a memory cap. */
class Turnstile {
  private free = 2
  private readonly waiting: (() => void)[] = []

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>((go) => this.waiting.push(go))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}

const turnstile = new Turnstile()

/**
 * Hashes a password with argon2id and a fresh salt.
 * @returns `argon2id$<memory>$<passes>$<salt>$<tag>`, base64url
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const tag = await turnstile.run(() => derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, ...cost }))
  return ['argon2id', cost.memory, cost.passes, salt.toString('base64url'), tag.toString('base64url')].join('$')
}

/** A hash no password matches: verified when there is no account, so that both answers take the same time. */
const nobody = `argon2id$${cost.memory}$${cost.passes}$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(32).toString('base64url')}`

/**
 * Checks a password. With `null` (unknown account) it does the same work and answers false.
 * @param hash what `hashPassword` returned
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [algorithm, memory, passes, salt, tag] = (hash ?? nobody).split('$')
  if (algorithm !== 'argon2id' || !memory || !passes || !salt || !tag) return false
  const expected = Buffer.from(tag, 'base64url')
  const actual = await turnstile.run(() =>
    derive('argon2id', {
      message: password.normalize('NFKC'),
      nonce: Buffer.from(salt, 'base64url'),
      memory: Number(memory),
      passes: Number(passes),
      parallelism: 1,
      tagLength: expected.length,
    }),
  )
  return timingSafeEqual(actual, expected) && hash !== null
}
