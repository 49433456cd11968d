import type { I18nText, Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Registry } from '../registry/registry.ts'
import { listPlans, type Plan } from './plan.contract.ts'

@Controller()
export class PlanController {
  constructor(private readonly registry: Registry) {}

  @Handle(listPlans)
  async list(_ctx: RequestContext, input: Input<typeof listPlans>) {
    const [rows, total] = await Promise.all([
      this.registry.db.plan.findMany({ orderBy: { position: 'asc' }, take: input.query.limit, skip: input.query.offset }),
      this.registry.db.plan.count(),
    ])
    const items = rows.map(
      (row): Plan => ({
        code: row.code,
        name: row.name as I18nText,
        description: row.description as I18nText,
        price: { amount: Number(row.price_amount), currency: row.currency_code },
        interval: row.interval as Plan['interval'],
        trial_days: row.trial_days,
        limits: row.limits as Record<string, number>,
        default: row.is_default,
      }),
    )
    return { items, total }
  }
}
