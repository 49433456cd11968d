import { newId } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { sendMail } from '../mail/send-mail.ts'
import { json, Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import type { AlertKind } from './alert.contract.ts'
import { alertTexts } from './alert.texts.ts'

export interface AlertToRaise {
  kind: AlertKind
  /** The cause: one alert is open about it at a time, e.g. `backup-missed:<tenant>`. */
  subject: string
  severity: 'critical' | 'warning'
  tenantId: string | null
  /** What its words name; ids, addresses, figures and reasons, no personal data. */
  parameters: Record<string, string | number>
}

/** Alerts of one kind that are mailed within an hour; the list in the console has them all. */
const mostMailsAnHour = 20

/** Raises and closes alerts. Level-triggered: whoever looks raises again while the cause is there, and closes when it is not. */
@Injectable()
export class Alerts {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Opens the alert and tells the operators by mail, or notes that it is still so. @returns whether it was opened now */
  async raise(alert: AlertToRaise, within?: Tx): Promise<boolean> {
    const write = async (tx: Tx): Promise<boolean> => {
      const id = newId('alt')
      const now = this.clock.now()
      const [row] = await tx.$queryRaw<{ id: string }[]>`
        INSERT INTO alert (id, kind, subject, severity, tenant_id, parameters, opened_at, last_seen_at)
        VALUES (${id}, ${alert.kind}, ${alert.subject}, ${alert.severity}, ${alert.tenantId}, ${json(alert.parameters)}::jsonb, ${now}, ${now})
        ON CONFLICT (subject) WHERE closed_at IS NULL
        DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at, parameters = EXCLUDED.parameters, severity = EXCLUDED.severity
        RETURNING id`
      const opened = row?.id === id
      if (opened) await this.#tell(tx, alert, now)
      return opened
    }
    return within ? write(within) : this.registry.transaction(write)
  }

  /** Closes what was open about this cause. @returns whether something was */
  async resolve(subject: string, within: Tx = this.registry.db): Promise<boolean> {
    const { count } = await within.alert.updateMany({ where: { subject, closed_at: null }, data: { closed_at: this.clock.now() } })
    return count > 0
  }

  /** Closes every open alert of these kinds but those: what a look at the whole has just found. @returns how many */
  async resolveAllBut(kinds: readonly AlertKind[], still: ReadonlySet<string>): Promise<number> {
    const { count } = await this.registry.db.alert.updateMany({
      where: { kind: { in: [...kinds] }, closed_at: null, subject: { notIn: [...still] } },
      data: { closed_at: this.clock.now() },
    })
    return count
  }

  /** Once for each alert: everybody who runs the platform. When a whole fleet fails at once, the first few are enough. */
  async #tell(tx: Tx, alert: AlertToRaise, now: Date): Promise<void> {
    const alike = await tx.alert.count({ where: { kind: alert.kind, opened_at: { gt: this.clock.in(-3600) } } })
    if (alike > mostMailsAnHour) return
    const people = await tx.staff_user.findMany({
      where: { status: 'active', grants: { some: { tenant_id: null, role: { in: ['super-admin', 'sre'] } } } },
      select: { email_sealed: true },
    })
    const { title, advice } = alertTexts(alert.kind, 'en', alert.parameters)
    for (const person of people) {
      await sendMail(
        tx,
        this.sealing,
        {
          to: this.sealing.open('personal', person.email_sealed),
          locale: 'en',
          template: 'alert',
          parameters: { title, advice, url: `${issuer(this.settings)}/#/alerts` },
          tenantId: alert.tenantId,
        },
        now,
      )
    }
  }
}
