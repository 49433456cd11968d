import { formatMoney, type Money } from '@cityos/contract'
import { changeSubscription, previewSubscription, readSubscription, type Subscription } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { followOperation } from './operation-stream.ts'
import { printFacts, printJson, say } from './output.ts'

export interface SubscribeOptions extends CommonOptions {
  plan?: string
  add?: string
  remove?: string
  preview?: boolean
  wait?: boolean
}

const list = (text: string | undefined): string[] => (text ?? '').split(',').filter(Boolean)
const money = (sum: Money): string => formatMoney(sum, 'en')

/** Changes plan and add-ons for exactly what a preview says; with `--preview` it stops there. */
export async function subscribe(slug: string, options: SubscribeOptions): Promise<void> {
  const session = await sessionOf(options)
  const wanted = { add: list(options.add), remove: list(options.remove), ...(options.plan === undefined ? {} : { plan: options.plan }) }
  const preview = await session.call(previewSubscription, { params: { id: slug }, body: wanted })
  if (options.preview && options.json) return printJson(preview)
  for (const each of preview.documents)
    say(`${each.kind.replace('_', ' ')} for ${each.scope}: ${money(each.kind === 'carried' ? each.net : each.total)}`)
  say(`Together, now: ${money(preview.total)}`)
  if (options.preview) return
  const { prorated_at, total } = preview
  const body = { ...wanted, prorated_at, expected_total: total }
  const started = await session.call(changeSubscription, { params: { id: slug }, body })
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const after = await session.call(readSubscription, { params: { id: slug } })
  if (options.json) return printJson(after)
  printSubscription(after)
}

export function printSubscription(held: Subscription): void {
  const addOns = held.items.filter((item) => item.kind === 'add_on')
  printFacts({
    subscription: `${held.status}, plan ${held.plan} version ${held.plan_version}${held.has_newer_terms ? ' (newer terms are offered)' : ''}`,
    'add-ons': addOns.map((item) => `${item.code}${item.suspended_at ? ' (off: not paid)' : ''}`).join(', ') || '–',
    price: `${money(held.recurring)} a ${held.interval}, without VAT and use`,
    period: `${held.period.no}: ${held.period.start.slice(0, 10)} to ${held.period.end.slice(0, 10)}`,
    'trial ends': held.trial_ends_at?.slice(0, 10),
    credit: money(held.credit),
    use: held.usage
      .map((item) => `${item.metric.replace('_', ' ')} ${item.used}${item.quota === null ? '' : ` of ${item.quota}`}`)
      .join(', '),
  })
}
