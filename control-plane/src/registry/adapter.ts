import { PrismaPg } from '@prisma/adapter-pg'

type Connected = Awaited<ReturnType<PrismaPg['connect']>>
type Started = Awaited<ReturnType<Connected['startTransaction']>>

/**
 * Prisma on pg. What belongs to one transaction is sent one after the other, in the order it was asked for: Prisma asks
 * for all that a query includes at once, but a connection answers one query at a time, and pg 9 refuses to queue them.
 */
export class RegistryAdapter extends PrismaPg {
  override async connect(): Promise<Connected> {
    const connected = await super.connect()
    const start = connected.startTransaction.bind(connected)
    connected.startTransaction = async (isolation) => inTurn(await start(isolation))
    return connected
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
