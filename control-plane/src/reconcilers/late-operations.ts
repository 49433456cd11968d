import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import { viewOperation, withSteps } from '../operation/operation.view.ts'
import type { Registry } from '../registry/registry.ts'

const active = ['queued', 'running', 'waiting', 'undoing']

/** Tells operators about operations past their deadline, with what blocks them and who can help; closes the alert once they get on. */
export class LateOperations {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly alerts: Alerts,
  ) {}

  /** @returns how many are late */
  async watch(): Promise<number> {
    const now = this.clock.now()
    const rows = await this.registry.db.operation.findMany({
      where: { status: { in: active }, deadline_at: { lt: now } },
      include: withSteps,
      take: 200,
    })
    for (const row of rows) {
      const { blocked_by: blocked } = viewOperation(row, now)
      await this.alerts.raise({
        kind: 'operation-late',
        subject: `operation-late:${row.id}`,
        severity: 'warning',
        tenantId: row.tenant_id,
        parameters: {
          operation: row.kind,
          id: row.id,
          slug: row.tenant.slug,
          step: blocked?.step ?? '',
          reason: blocked?.what ?? '',
          owner: blocked?.owner ?? '',
        },
      })
    }
    if (rows.length < 200) await this.alerts.resolveAllBut(['operation-late'], new Set(rows.map((row) => `operation-late:${row.id}`)))
    return rows.length
  }
}
