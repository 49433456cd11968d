import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/index.ts'

const block = 10

/** Consecutive numbers of orders, taken from their sequence in blocks. A restart, or a refused checkout, leaves a gap. */
@Injectable()
export class OrderNumbers {
  readonly #taken: number[] = []

  async next(tx: Tx): Promise<string> {
    if (this.#taken.length === 0) {
      const { rows } = await sql<{
        number: number
      }>`select nextval('order_number') as number from generate_series(1, ${block}::int)`.execute(tx)
      this.#taken.push(...rows.map((row) => row.number))
    }
    return String(this.#taken.shift())
  }
}
