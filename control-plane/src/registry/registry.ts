import type { RequestContext } from '@cityos/http'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { Prisma, PrismaClient } from '../../generated/client.ts'
import { RegistryAdapter } from './adapter.ts'

/** The registry inside a transaction. */
export type Tx = Prisma.TransactionClient

/** Anything that reads or writes the registry: a transaction, or the registry itself. */
export type Db = Tx | PrismaClient

/** The control plane's database: the one place with rows of many tenants. */
@Injectable()
export class Registry implements OnApplicationShutdown {
  readonly db: PrismaClient
  readonly #joined = new WeakMap<RequestContext, Tx>()

  /** @param url as the registry's owner; statement and lock timeouts are set on every connection */
  constructor(url: string) {
    const adapter = new RegistryAdapter({
      connectionString: url,
      max: 14,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 30_000,
      application_name: 'cityos control plane',
    })
    this.db = new PrismaClient({ adapter, transactionOptions: { maxWait: 5_000, timeout: 20_000 } })
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.$transaction(work)
  }

  /** Runs `work` in the transaction that idempotency opened for this request, or in one of its own. */
  within<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const joined = this.#joined.get(ctx)
    return joined ? work(joined) : this.transaction(work)
  }

  /** Makes later `within(ctx, …)` calls part of `tx`. */
  join(ctx: RequestContext, tx: Tx): void {
    this.#joined.set(ctx, tx)
  }

  async onApplicationShutdown(): Promise<void> {
    await this.db.$disconnect()
  }
}

/** Whether a write was refused by a unique index (K5). */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}

/** Readies a value for a JSON column. */
export function json(value: unknown): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue
}

/** SQL NULL in a JSON column. */
export const jsonNull = Prisma.DbNull
