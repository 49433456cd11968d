import { argon2, type BinaryLike, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '@cityos/contract'
import { isBreached } from '../sign-in/breached/breached.ts'

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
const derive = promisify(argon2) as (
  algorithm: 'argon2id',
  parameters: { message: BinaryLike; nonce: Buffer; memory: number; passes: number; parallelism: number; tagLength: number },
) => Promise<Buffer>

/** @returns `argon2id$<memory>$<passes>$<salt>$<tag>`, base64url */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { message: password.normalize('NFKC'), nonce, ...cost })
  return ['argon2id', cost.memory, cost.passes, nonce.toString('base64url'), tag.toString('base64url')].join('$')
}

/** An account that is not there costs the same work as one that is, so that answers do not tell them apart. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [kind, memory, passes, salt = '', tag = ''] = (stored ?? absent).split('$')
  if (kind !== 'argon2id') throw new Error('unknown password hash')
  const expected = Buffer.from(tag, 'base64url')
  const parameters = { ...cost, memory: Number(memory), passes: Number(passes), tagLength: expected.length }
  const found = await derive('argon2id', { message: password.normalize('NFKC'), nonce: Buffer.from(salt, 'base64url'), ...parameters })
  return timingSafeEqual(found, expected) && stored !== null
}

const absent = ['argon2id', cost.memory, cost.passes, Buffer.alloc(16).toString('base64url'), Buffer.alloc(32).toString('base64url')].join(
  '$',
)

/**
 * At least 8 characters of three kinds (or 16 of any), not the account's own name, and not on the list of leaked passwords
 * (requirement F1).
 * @throws DomainError validation_failed with `details.rule`
 */
export function checkPassword(password: string, email: string): void {
  const kinds = [/\p{Ll}/u, /\p{Lu}|\p{Lo}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length
  const own = email.split('@')[0] ?? ''
  const rule =
    password.length < 8
      ? 'too_short'
      : password.length > 200
        ? 'too_long'
        : password.length < 16 && kinds < 3
          ? 'too_simple'
          : own.length > 3 && password.toLowerCase().includes(own.toLowerCase())
            ? 'contains_name'
            : isBreached(password)
              ? 'breached'
              : null
  if (rule)
    throw new DomainError('validation_failed', {
      field: 'password',
      message: `the password is ${rule.replaceAll('_', ' ')}`,
      details: { rule },
    })
}
