import type { Tx } from '../registry/registry.ts'
import { dunningDays } from './billing.due.ts'

const lastDay = dunningDays.at(-1)!
/** The first reminder after the due date: from then on a plan counts as past due. */
const firstDay = dunningDays[1]

/** What a tenant owes, by scope (`plan`, or an add-on's vertical). */
export interface Unpaid {
  /** Past the first reminder. */
  late: ReadonlySet<string>
  /** Past the last reminder, or written off. */
  lost: ReadonlySet<string>
  /** The whole tenant is to stop. */
  suspends: boolean
}

/** Reads it from the invoices and from which reminders are done, so that it does not depend on when it is asked. */
export async function unpaidOf(tx: Tx, tenantId: string): Promise<Unpaid> {
  const rows = await tx.$queryRaw<{ scope: string; status: string; late: boolean; lost: boolean; test: boolean }[]>`
    SELECT i.scope, i.status, t.test,
      EXISTS (SELECT 1 FROM billing_due d WHERE d.kind = 'dunning' AND d.ref = i.id || ${`:${firstDay}`} AND d.done_at IS NOT NULL) AS late,
      EXISTS (SELECT 1 FROM billing_due d WHERE d.kind = 'dunning' AND d.ref = i.id || ${`:${lastDay}`} AND d.done_at IS NOT NULL) AS lost
    FROM invoice i JOIN tenant t ON t.id = i.tenant_id
    WHERE i.tenant_id = ${tenantId} AND i.kind = 'invoice' AND i.status IN ('open', 'uncollectible')`
  const scopes = (chosen: (row: (typeof rows)[number]) => boolean) => new Set(rows.filter(chosen).map((row) => row.scope))
  const lost = scopes((row) => row.lost || row.status === 'uncollectible')
  // A test tenant is reminded and shown as past due, but a demo does not stop by itself: only finance can write it off.
  const suspends = lost.has('plan') && rows.some((row) => row.scope === 'plan' && (!row.test || row.status === 'uncollectible'))
  return { late: scopes((row) => row.late), lost, suspends }
}
