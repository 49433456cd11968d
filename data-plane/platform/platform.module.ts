import type { Binding } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { type DynamicModule, Module, type Provider } from '@nestjs/common'
import { AuditChain } from './audit/audit-chain.ts'
import { AuditExport } from './audit/audit-export.ts'
import { KeySources } from './auth/key-sources.ts'
import { SessionSources } from './auth/session-sources.ts'
import { Background } from './background/background.ts'
import { DailyWork } from './background/daily-work.ts'
import { BINDING } from './binding/binding.ts'
import { Cache, REDIS_URL } from './cache/cache.ts'
import { Clock } from './clock/clock.ts'
import { Database } from './db/database.ts'
import { Notifications } from './db/notifications.ts'
import { Idempotency } from './idempotency/idempotency.ts'
import { Lease } from './lease/lease.ts'
import { LOG } from './log/log.ts'
import { Letters } from './mail/letters.ts'
import { MailRows } from './mail/mail-rows.ts'
import { Mailer } from './mail/mailer.ts'
import { Post } from './mail/post.ts'
import { ManagedParts } from './managed/managed-rows.ts'
import { EventHandlers } from './outbox/event-handlers.ts'
import { OutboxRelay } from './outbox/outbox-relay.ts'
import { Pii } from './pii/pii.ts'
import { SeedSource } from './seed/seed-source.ts'
import { Seeds } from './seed/seeds.ts'
import { TenantContext } from './tenant/tenant-context.ts'
import { TimerHandlers } from './timer/timer-handlers.ts'
import { TimerScheduler } from './timer/timer-scheduler.ts'
import { EmbeddedEngine } from './workflow/embedded-engine.ts'
import { WorkflowSignals } from './workflow/signals.ts'
import { WorkflowEngine } from './workflow/workflow-engine.ts'
import { Workflows } from './workflow/workflows.ts'

const services = [
  Clock,
  Database,
  Notifications,
  Pii,
  EventHandlers,
  TimerHandlers,
  SessionSources,
  KeySources,
  SeedSource,
  Seeds,
  Cache,
  Idempotency,
  Lease,
  OutboxRelay,
  TimerScheduler,
  AuditChain,
  AuditExport,
  DailyWork,
  Letters,
  MailRows,
  Post,
  Mailer,
  Background,
  ManagedParts,
  Workflows,
  WorkflowSignals,
  EmbeddedEngine,
  WorkflowEngine,
]

/** Everything modules build on; global, so that they import nothing to get it. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a class with a static factory
export class PlatformModule {
  static for(binding: Binding, log: Log, tenant: TenantContext): DynamicModule {
    const values: Provider[] = [
      { provide: BINDING, useValue: binding },
      { provide: LOG, useValue: log },
      { provide: TenantContext, useValue: tenant },
      { provide: REDIS_URL, useValue: process.env['REDIS_URL'] || undefined },
    ]
    return {
      module: PlatformModule,
      global: true,
      providers: [...values, ...services],
      exports: [BINDING, LOG, TenantContext, ...services],
    }
  }
}
