import { ApiError, DomainError, type ErrorCode } from '@cityos/contract'
import { asDomainError } from '@cityos/http'
import type { IconName } from './components/icon.tsx'
import { EmptyState } from './components/layout.tsx'
import type { MessageKey } from './i18n/messages.ts'
import { type Answer, page, type Visit } from './visit.ts'

interface Failure {
  status: number
  name: 'not_found' | 'maintenance' | 'suspended' | 'busy' | 'origin' | 'rate' | 'unexpected'
  icon: IconName
}

const unexpected: Failure = { status: 500, name: 'unexpected', icon: 'warning' }

const failures: Partial<Record<ErrorCode, Failure>> = {
  not_found: { status: 404, name: 'not_found', icon: 'search' },
  invalid_request: { status: 400, name: 'not_found', icon: 'search' },
  store_maintenance: { status: 503, name: 'maintenance', icon: 'store' },
  tenant_suspended: { status: 503, name: 'suspended', icon: 'store' },
  tenant_quarantined: { status: 503, name: 'suspended', icon: 'store' },
  tenant_read_only: { status: 503, name: 'busy', icon: 'warning' },
  dependency_unavailable: { status: 503, name: 'busy', icon: 'warning' },
  rate_limited: { status: 429, name: 'rate', icon: 'info' },
  forbidden: { status: 403, name: 'origin', icon: 'lock' },
}

/** The page a visitor sees instead: what happened, what to do, and the request id to quote. */
export function failureAnswer(visit: Visit, thrown: unknown): Answer {
  const code = thrown instanceof ApiError || thrown instanceof DomainError ? thrown.code : asDomainError(thrown).code
  if (code === 'unauthenticated') {
    return { kind: 'redirect', to: visit.href('/account/sign-in', { return_to: visit.inLocale(visit.locale) }), status: 303 }
  }
  const failure = failures[code] ?? unexpected
  if (failure === unexpected) visit.ctx.log.error({ error: thrown }, 'a storefront page failed')
  const { t } = visit
  const title = t(`failure.${failure.name}.title` satisfies MessageKey)
  return page(
    title,
    <div className="shell">
      <h1 className="sr-only">{title}</h1>
      <EmptyState icon={failure.icon} title={title} text={t(`failure.${failure.name}.text` satisfies MessageKey)}>
        <a className="button" data-primary="" href={visit.href('/')}>
          {t('action.home')}
        </a>
        {failure.name === 'not_found' && visit.hasCatalogue && (
          <a className="button" href={visit.href('/products')}>
            {t('header.all_products')}
          </a>
        )}
      </EmptyState>
      <p className="quiet pb-8 text-center text-sm">
        {t('failure.reference')} <bdi dir="ltr">{visit.ctx.requestId}</bdi>
      </p>
    </div>,
    { status: failure.status, noIndex: true },
  )
}
