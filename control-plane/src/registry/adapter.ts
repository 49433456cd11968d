import { PrismaPg } from '@prisma/adapter-pg'
import type { PoolConfig } from 'pg'

type Connected = Awaited<ReturnType<PrismaPg['connect']>>
type Started = Awaited<ReturnType<Connected['startTransaction']>>

/** Of the registry's connections those that only answer single statements, never held by a transaction. */
const forStatements = 6

/**
 * Prisma on pg, with `max` connections. Transactions have connections of their own: who asks for a single statement in the
 * middle of one would else wait for a connection that others hold who wait as well. What belongs to one transaction is
 * sent one after the other, in the order it was asked for: Prisma asks for all that a query includes at once, but a
 * connection answers one query at a time, and pg 9 refuses to queue them.
 */
export class RegistryAdapter extends PrismaPg {
  readonly #transactions: PrismaPg

  constructor(config: PoolConfig & { max: number }) {
    super({ ...config, max: forStatements })
    this.#transactions = new PrismaPg({ ...config, max: config.max - forStatements })
  }

  override async connect(): Promise<Connected> {
    const statements = await super.connect()
    const transactions = await this.#transactions.connect()
    statements.startTransaction = async (isolation) => inTurn(await transactions.startTransaction(isolation))
    const dispose = statements.dispose.bind(statements)
    statements.dispose = async () => {
      await Promise.all([dispose(), transactions.dispose()])
    }
    return statements
  }
}

function inTurn(transaction: Started): Started {
  let last: Promise<unknown> = Promise.resolve()
  const after = <Asked, Answer>(ask: (asked: Asked) => Promise<Answer>) => {
    return (asked: Asked): Promise<Answer> => {
      const answer = last.then(() => ask(asked))
      // whoever asked hears of a failure; the next one's turn comes all the same
      last = answer.catch(() => undefined)
      return answer
    }
  }
  transaction.queryRaw = after(transaction.queryRaw.bind(transaction))
  transaction.executeRaw = after(transaction.executeRaw.bind(transaction))
  return transaction
}
