import { type ControlPlaneBinding, locales } from '@cityos/contract'
import { HttpModule, type HttpSettings, type Surface } from '@cityos/http'
import type { DataPlaneDriver } from '@cityos/provisioning'
import { type DynamicModule, Global, Module } from '@nestjs/common'
import { AlertController } from './alert/alert.controller.ts'
import { AlertService } from './alert/alert.service.ts'
import { Alerts } from './alert/alerts.ts'
import { ApprovalController } from './approval/approval.controller.ts'
import { ApprovalService } from './approval/approval.service.ts'
import { Approvals } from './approval/approvals.ts'
import { AuditAnchors } from './audit/audit.anchors.ts'
import { AuditController } from './audit/audit.controller.ts'
import { AuditService } from './audit/audit.service.ts'
import { ControlPlaneAuthenticator } from './authenticator.ts'
import { BackupController } from './backup/backup.controller.ts'
import { BackupService } from './backup/backup.service.ts'
import { CopyService } from './backup/copy.service.ts'
import { BillingClerk } from './billing/billing.clerk.ts'
import { BillingController } from './billing/billing.controller.ts'
import { InvoiceService } from './billing/invoice.service.ts'
import { RevenueService } from './billing/revenue.service.ts'
import { SubscriptionService } from './billing/subscription.service.ts'
import { CellController } from './cell/cell.controller.ts'
import { CellService } from './cell/cell.service.ts'
import { CellWatches, CLUSTERS, type ClusterParts } from './cell/cell.watches.ts'
import { CertificateController } from './certificate/certificate.controller.ts'
import { CertificateService } from './certificate/certificate.service.ts'
import { Clock } from './clock.ts'
import { DomainController } from './domain/domain.controller.ts'
import { DomainService } from './domain/domain.service.ts'
import { DomainResolver } from './domain/resolver.ts'
import { Drivers } from './drivers.ts'
import { FleetController } from './fleet/fleet.controller.ts'
import { FleetService } from './fleet/fleet.service.ts'
import { GovernanceCache } from './governance/governance.cache.ts'
import { PolicyController } from './governance/policy.controller.ts'
import { PolicyDelivery } from './governance/policy.delivery.ts'
import { PolicyExceptions } from './governance/policy.exceptions.ts'
import { PolicyReader } from './governance/policy.reader.ts'
import { PolicyService } from './governance/policy.service.ts'
import { HealthController } from './health/health.controller.ts'
import { CitySeed } from './hierarchy/city.seed.ts'
import { hierarchyControllers } from './hierarchy/hierarchy.controller.ts'
import { HierarchyService } from './hierarchy/hierarchy.service.ts'
import { MailController } from './mail/mail.controller.ts'
import { MailService } from './mail/mail.service.ts'
import { Mailer } from './mail/mailer.ts'
import { NodeController } from './node/node.controller.ts'
import { NodeReader } from './node/node.reader.ts'
import { NodeService } from './node/node.service.ts'
import { OperationController } from './operation/operation.controller.ts'
import { OperationService } from './operation/operation.service.ts'
import { OperationEngine } from './operations/engine.ts'
import { PlanController } from './plan/plan.controller.ts'
import { PlanService } from './plan/plan.service.ts'
import { PlaneController } from './plane/plane.controller.ts'
import { PlaneStreams } from './plane/plane.streams.ts'
import { Reconciliation } from './reconcilers/reconciliation.ts'
import { RegistryIdempotency } from './registry/idempotency.ts'
import { Registry } from './registry/registry.ts'
import { Sealing } from './registry/sealing.ts'
import { Signals } from './registry/signals.ts'
import { ReleaseController } from './release/release.controller.ts'
import { ReleaseIntake } from './release/release.intake.ts'
import { ReleaseService } from './release/release.service.ts'
import { FleetRulesController } from './rollout/fleet-rules.controller.ts'
import { FleetRulesService } from './rollout/fleet-rules.service.ts'
import { RolloutController } from './rollout/rollout.controller.ts'
import { RolloutPlanner } from './rollout/rollout.planner.ts'
import { RolloutReader } from './rollout/rollout.reader.ts'
import { RolloutService } from './rollout/rollout.service.ts'
import { RolloutWork } from './rollout/rollout.work.ts'
import { PlatformSettings } from './setting/platform-settings.ts'
import { SettingController } from './setting/setting.controller.ts'
import { SettingService } from './setting/setting.service.ts'
import { platformHost, SETTINGS, type Settings } from './settings.ts'
import { AccountController } from './sign-in/account.controller.ts'
import { AccountService } from './sign-in/account.service.ts'
import { AccountPageController } from './sign-in/account-page.controller.ts'
import { AuthorizationService } from './sign-in/authorization.service.ts'
import { BrowserSignIn } from './sign-in/browser-sign-in.ts'
import { CodeController } from './sign-in/code.controller.ts'
import { ConsoleController } from './sign-in/console.controller.ts'
import { OperatorConsole } from './sign-in/console.ts'
import { Expiry } from './sign-in/expiry.ts'
import { InvitationController } from './sign-in/invitation.controller.ts'
import { KeyRotation } from './sign-in/key-rotation.ts'
import { RecoveryController } from './sign-in/recovery.controller.ts'
import { SecondFactor } from './sign-in/second-factor.service.ts'
import { SessionService } from './sign-in/session.service.ts'
import { SignInController } from './sign-in/sign-in.controller.ts'
import { SigningKeyController } from './sign-in/signing-key.controller.ts'
import { SigningKeys } from './sign-in/signing-keys.ts'
import { StaffSessionController } from './sign-in/staff-session.controller.ts'
import { TokenController } from './sign-in/token.controller.ts'
import { TokenService } from './sign-in/token.service.ts'
import { IdentityUpkeep } from './sign-in/upkeep.ts'
import { Abilities, StaffAuthorizer } from './staff/ability.ts'
import { FirstOperator } from './staff/first-operator.ts'
import { InvitationService } from './staff/invitation.service.ts'
import { StaffController } from './staff/staff.controller.ts'
import { StaffDirectory } from './staff/staff.directory.ts'
import { StaffEntry } from './staff/staff.entry.ts'
import { StaffGrantsService } from './staff/staff.grants.service.ts'
import { StaffReach } from './staff/staff.reach.ts'
import { StaffService } from './staff/staff.service.ts'
import { StripeController } from './stripe/stripe.controller.ts'
import { StripeGateway } from './stripe/stripe.gateway.ts'
import { StripeService } from './stripe/stripe.service.ts'
import { StripeWorker } from './stripe/stripe.worker.ts'
import { SupportController } from './support/support.controller.ts'
import { SupportService } from './support/support.service.ts'
import { TenantClosingService } from './tenant/tenant.closing.service.ts'
import { TenantClusterController } from './tenant/tenant.cluster.controller.ts'
import { TenantClusterService } from './tenant/tenant.cluster.service.ts'
import { TenantController } from './tenant/tenant.controller.ts'
import { TenantListService } from './tenant/tenant.list.service.ts'
import { TenantObservationService } from './tenant/tenant.observation.service.ts'
import { TenantRenamingService } from './tenant/tenant.renaming.service.ts'
import { TenantRuntimes } from './tenant/tenant.runtime.ts'
import { TenantService } from './tenant/tenant.service.ts'
import { VerticalController } from './vertical/vertical.controller.ts'

const services = [
  Abilities,
  AccountService,
  Alerts,
  AlertService,
  Approvals,
  ApprovalService,
  AuditAnchors,
  AuditService,
  AuthorizationService,
  BrowserSignIn,
  BackupService,
  CellService,
  CellWatches,
  CertificateService,
  CopyService,
  CitySeed,
  Clock,
  DomainResolver,
  DomainService,
  OperatorConsole,
  FirstOperator,
  FleetService,
  GovernanceCache,
  HierarchyService,
  Expiry,
  IdentityUpkeep,
  InvitationService,
  KeyRotation,
  MailService,
  Mailer,
  NodeReader,
  NodeService,
  OperationEngine,
  OperationService,
  PlaneStreams,
  PolicyDelivery,
  PolicyExceptions,
  PolicyReader,
  PolicyService,
  PlatformSettings,
  Reconciliation,
  RegistryIdempotency,
  ReleaseIntake,
  ReleaseService,
  RolloutPlanner,
  RolloutReader,
  RolloutService,
  RolloutWork,
  FleetRulesService,
  SettingService,
  SecondFactor,
  SessionService,
  SigningKeys,
  StaffDirectory,
  StaffEntry,
  StaffGrantsService,
  StaffReach,
  StaffService,
  SupportService,
  TenantClosingService,
  TenantClusterService,
  TenantListService,
  TenantObservationService,
  TenantRenamingService,
  TenantRuntimes,
  TenantService,
  TokenService,
  BillingClerk,
  InvoiceService,
  PlanService,
  RevenueService,
  StripeGateway,
  StripeService,
  StripeWorker,
  SubscriptionService,
]

export interface Parts {
  settings: Settings
  registry: Registry
  sealing: Sealing
  drivers: readonly DataPlaneDriver[]
  /** Null on a platform without the Kubernetes driver. */
  clusters: ClusterParts | null
  /** Tests give their own time. */
  clock?: Clock
  /** Check every answer against its contract (tests). */
  checkAnswers?: boolean
}

/** The services of the control plane, for its controllers and for the HTTP wiring. */
@Global()
@Module({})
class ServicesModule {
  static with({ settings, registry, sealing, drivers, clusters, clock }: Parts): DynamicModule {
    const { binding, log } = settings
    const resources = [
      { provide: SETTINGS, useValue: settings },
      { provide: Registry, useFactory: () => registry },
      { provide: Sealing, useFactory: () => sealing },
      { provide: Signals, useFactory: () => new Signals(binding.database.url, log) },
      { provide: Drivers, useFactory: () => new Drivers(drivers) },
      { provide: CLUSTERS, useValue: clusters },
    ]
    const ownClock = clock ? [{ provide: Clock, useValue: clock }] : []
    const tokens = [SETTINGS, Registry, Sealing, Signals, Drivers, CLUSTERS]
    return {
      module: ServicesModule,
      providers: [...resources, ...services.filter((service) => !clock || service !== Clock), ...ownClock],
      exports: [...tokens, ...services],
    }
  }
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a class with a static factory
export class AppModule {
  static with(parts: Parts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ServicesModule.with(parts),
        HttpModule.forPlane({
          settings: httpSettings(parts),
          authenticator: ControlPlaneAuthenticator,
          authorizer: StaffAuthorizer,
          idempotency: RegistryIdempotency,
        }),
      ],
      controllers: [
        AccountController,
        AccountPageController,
        CodeController,
        RecoveryController,
        SigningKeyController,
        StaffSessionController,
        AlertController,
        ApprovalController,
        AuditController,
        BackupController,
        BillingController,
        CellController,
        CertificateController,
        ConsoleController,
        DomainController,
        FleetController,
        HealthController,
        ...hierarchyControllers,
        InvitationController,
        MailController,
        NodeController,
        OperationController,
        PlanController,
        PlaneController,
        PolicyController,
        ReleaseController,
        RolloutController,
        FleetRulesController,
        SettingController,
        SignInController,
        StaffController,
        SupportController,
        StripeController,
        TenantClusterController,
        TenantController,
        TokenController,
        VerticalController,
      ],
    }
  }
}

function httpSettings({ settings, checkAnswers }: Parts): HttpSettings {
  const { binding, log, version } = settings
  return {
    service: 'control-plane',
    log,
    locales: () => ({ supported: locales, fallback: 'en' }),
    surfaceOf: surfaceOf(binding),
    allowsOrigin: () => false,
    secure: binding.public.scheme === 'https',
    checkAnswers: checkAnswers ?? false,
    openApi: { title: 'Dakkah CityOS control plane', version, path: '/api/v1/openapi.json' },
    redisUrl: process.env['REDIS_URL'],
    keyPrefix: 'cityos',
  }
}

/** Public pages and API live on one host; health, metrics and data planes come by the socket under any name. */
function surfaceOf(binding: ControlPlaneBinding): (host: string, path: string) => Surface | null {
  const own = platformHost({ binding })
  return (host, path) => {
    if (/^\/(?:internal\/|health|metrics)/.test(path)) return 'internal'
    return host === own ? 'platform' : null
  }
}
