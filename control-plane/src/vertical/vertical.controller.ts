import { type Input, verticals } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Prisma } from '../../generated/client.ts'
import { Registry } from '../registry/registry.ts'
import { Abilities, reachOf } from '../staff/ability.ts'
import { tenantsWithin } from '../staff/reach.sql.ts'
import { listVerticals } from './vertical.contract.ts'

@Controller()
export class VerticalController {
  constructor(
    private readonly registry: Registry,
    private readonly abilities: Abilities,
  ) {}

  /** Each says how many tenants of those the caller may see have it. */
  @Handle(listVerticals)
  async list(ctx: RequestContext, input: Input<typeof listVerticals>) {
    const seen = tenantsWithin(reachOf(this.abilities.of(ctx.actor), 'read', 'tenant'), Prisma.sql`tenant.id`)
    const rows = await this.registry.db.$queryRaw<{ code: string; tenants: number }[]>`
      SELECT code, count(*)::int AS tenants FROM tenant, unnest(verticals) AS code WHERE deleted_at IS NULL AND ${seen} GROUP BY code`
    const counts = new Map(rows.map((row) => [row.code, row.tenants]))
    const page = verticals.slice(input.query.offset, input.query.offset + input.query.limit)
    return { items: page.map((item) => ({ ...item, tenants: counts.get(item.code) ?? 0 })), total: verticals.length }
  }
}
