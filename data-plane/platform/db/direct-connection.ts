import pg from 'pg'

/** A connection that many share, outside the pool. */
export class DirectConnection extends pg.Client {
  #last: Promise<unknown> = Promise.resolve()

  /** Sends a statement once those asked for before it are answered: a connection runs one at a time, and pg keeps no queue. */
  ask<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<Row>> {
    const answer = this.#last.then(() => this.query<Row>(text, [...values]))
    // whoever asked hears of a failure; the next one's turn comes all the same
    this.#last = answer.catch(() => undefined)
    return answer
  }
}
