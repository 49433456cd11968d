import { Injectable, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { DailyWork } from '../../platform/background/daily-work.ts'
import { Database } from '../../platform/db/index.ts'

const batch = 500

/**
 * Carts that nobody has touched for thirty days go, with the addresses in them. One that is being bought, or still holds
 * something, stays until that has ended.
 */
@Injectable()
export class CartRetirement implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly daily: DailyWork,
  ) {}

  onModuleInit(): void {
    this.daily.on('cart.retire', (now) => this.retire(now))
  }

  async retire(now: Date): Promise<void> {
    for (;;) {
      const { numAffectedRows } = await sql`
        DELETE FROM cart WHERE id IN (
          SELECT c.id FROM cart c WHERE c.status IN ('open', 'abandoned') AND c.expires_at <= ${now}
            AND NOT EXISTS (SELECT 1 FROM cart_line l WHERE l.cart_id = c.id AND l.held_until > ${now})
          ORDER BY c.id LIMIT ${batch} FOR UPDATE OF c SKIP LOCKED)`.execute(this.database.read)
      if (Number(numAffectedRows ?? 0) < batch) return
    }
  }
}
