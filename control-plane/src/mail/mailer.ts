import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { Locale } from '@cityos/contract'
import {
  type Composed,
  compose,
  type MailParameters,
  MailRefused,
  type MailTransport,
  mailboxTransport,
  smtpSettings,
  smtpTransport,
} from '@cityos/mail'
import { Inject, Injectable } from '@nestjs/common'
import type { mail } from '../../generated/client.ts'
import { Alerts } from '../alert/alerts.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { platformHost, SETTINGS, type Settings } from '../settings.ts'
import { isMailTemplate, textsOf } from './templates.ts'

/** Seconds until the next try, by tries so far; after the last one the message is dead until somebody requeues it. */
const waits = [10, 60, 300, 1800, 7200, 43_200] as const
/** A wait is lengthened by up to this share, so that messages refused together do not come back together. */
const jitter = 0.2
/** Seconds after which another worker may take over a message somebody has begun to send. */
const claimSeconds = 60
/** Milliseconds between two looks at the outbox when nobody announced anything. */
const look = 15_000
const keptDays = 90
const atOnce = 10

const frame = { sender: 'Dakkah CityOS', colour: '#0f766e' }

/** Carries the outbox out of the house: by SMTP (`SMTP_URL`), or into a folder that operators read in the console. */
@Injectable()
export class Mailer {
  readonly transport: MailTransport
  readonly #mailbox: ReturnType<typeof mailboxTransport> | null
  readonly #from: string
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly signals: Signals,
    private readonly alerts: Alerts,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const smtp = settings.smtpUrl ? smtpSettings(settings.smtpUrl) : null
    this.#from = smtp?.from ?? `${frame.sender} <no-reply@${platformHost(settings)}>`
    this.#mailbox = smtp ? null : mailboxTransport(join(settings.binding.data_dir, 'mail'))
    this.transport = smtp ? smtpTransport(smtp.url) : this.#mailbox!
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    await this.transport.close()
  }

  /** Sends what is due. @returns how many messages were tried */
  async deliver(): Promise<number> {
    let tried = 0
    for (;;) {
      const claimed = await this.#claim()
      await Promise.all(claimed.map((row) => this.#deliver(row)))
      tried += claimed.length
      if (claimed.length < atOnce || this.#stop.signal.aborted) return tried
    }
  }

  /** The message as it left; null when its values are gone (sent by SMTP) or its template is of another release. */
  contentOf(row: mail): Composed | null {
    if (row.parameters_sealed === null || !isMailTemplate(row.template)) return null
    const parameters = JSON.parse(this.sealing.open('mail', row.parameters_sealed)) as MailParameters
    const locale = row.locale as Locale
    return compose(locale, textsOf(row.template, locale), parameters, frame)
  }

  /** Tells operators while there are messages that were given up in the last week; closes that alert when there are none. */
  async watch(): Promise<void> {
    const where = { status: 'dead', created_at: { gt: this.clock.in(-7 * 86_400) } }
    const count = await this.registry.db.mail.count({ where })
    const last = count > 0 ? await this.registry.db.mail.findFirst({ where, orderBy: { created_at: 'desc' } }) : null
    if (!last) return void (await this.alerts.resolve('mail-dead'))
    const parameters = { count, reason: last.last_error ?? '' }
    await this.alerts.raise({ kind: 'mail-dead', subject: 'mail-dead', severity: 'warning', tenantId: null, parameters })
  }

  /** Forgets messages of long ago, and their files. */
  async prune(): Promise<void> {
    const where = { created_at: { lt: this.clock.in(-keptDays * 86_400) }, status: { not: 'queued' } }
    const rows = await this.registry.db.mail.findMany({ where, select: { id: true }, take: 1000, orderBy: { created_at: 'asc' } })
    for (const { id } of rows) await this.#mailbox?.forget(id)
    await this.registry.db.mail.deleteMany({ where: { id: { in: rows.map((row) => row.id) } } })
  }

  async #run(): Promise<void> {
    const news = this.signals.subscribe('mail')
    while (!this.#stop.signal.aborted) {
      try {
        await this.deliver()
      } catch (error) {
        this.settings.log.error({ error }, 'the mail outbox could not be looked at')
      }
      await news.next(look, this.#stop.signal)
    }
    news.close()
  }

  /** Takes due messages for `claimSeconds`; two workers never have the same one. */
  #claim(): Promise<mail[]> {
    return this.registry.db.$queryRaw<mail[]>`
      UPDATE mail SET attempts = attempts + 1, due_at = ${this.clock.in(claimSeconds)}
      WHERE id IN (
        SELECT id FROM mail WHERE status = 'queued' AND due_at <= ${this.clock.now()}
        ORDER BY due_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
      RETURNING *`
  }

  async #deliver(row: mail): Promise<void> {
    try {
      const content = this.contentOf(row)
      if (!content) throw new MailRefused(`there is no template ${row.template}`, null)
      await this.transport.send({ id: row.id, from: this.#from, to: this.sealing.open('personal', row.recipient_sealed), ...content })
      const forgotten = this.transport.kind === 'smtp' ? { parameters_sealed: null } : {}
      await this.registry.db.mail.updateMany({
        where: { id: row.id, status: 'queued' },
        data: { status: 'sent', sent_at: this.clock.now(), due_at: null, last_error: null, ...forgotten },
      })
    } catch (error) {
      await this.#failed(row, error)
    }
  }

  async #failed(row: mail, error: unknown): Promise<void> {
    const wait = error instanceof MailRefused ? undefined : waits[row.attempts - 1]
    const reason = error instanceof Error ? error.message.slice(0, 300) : 'unknown'
    this.settings.log.warn(
      { mail: row.id, template: row.template, attempts: row.attempts, reason, dead: wait === undefined },
      'a mail did not leave',
    )
    const due = wait === undefined ? null : this.clock.in(wait + randomInt(Math.max(1, Math.round(wait * jitter * 1000))) / 1000)
    await this.registry.db.mail.updateMany({
      where: { id: row.id, status: 'queued' },
      data: { status: due ? 'queued' : 'dead', due_at: due, last_error: reason },
    })
  }
}
