import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { MethodName } from './contract.ts'
import type { PaymentProvider } from './provider.ts'
import { SandboxProvider } from './sandbox.provider.ts'

export type Method = MethodName
export type ProviderName = 'offline' | 'sandbox'

/** Which methods this tenant takes, and who stands behind each. */
@Injectable()
export class PaymentProviders {
  constructor(
    private readonly tenant: TenantContext,
    private readonly sandbox: SandboxProvider,
  ) {}

  /** The sandbox is there on base domain `localhost` and for tenants marked test only (design §10). */
  methods(): Method[] {
    return this.tenant.sandboxAllowed ? ['sandbox', 'cash_on_delivery', 'bank_transfer'] : ['cash_on_delivery', 'bank_transfer']
  }

  providerOf(method: Method): ProviderName {
    return method === 'sandbox' ? 'sandbox' : 'offline'
  }

  /**
   * The provider behind a payment; null for money that changes hands outside (cash, bank).
   * @throws DomainError dependency_unavailable when the tenant has no such provider any more
   */
  get(name: string): PaymentProvider | null {
    if (name === 'offline') return null
    if (name === 'sandbox' && this.tenant.sandboxAllowed) return this.sandbox
    throw new DomainError('dependency_unavailable', { details: { provider: name } })
  }
}
