import type { NavigationView } from '../../core/store/contract.ts'

/** Path of what a navigation entry points to, below the language. */
export function targetHref(target: Pick<NavigationView['header'][number], 'kind' | 'ref'>): string {
  switch (target.kind) {
    case 'category':
      return `/categories/${target.ref}`
    case 'vendor':
      return `/vendors/${target.ref}`
    case 'policy':
      return `/policies/${target.ref}`
    case 'page':
      return target.ref.startsWith('/') ? target.ref : `/${target.ref}`
  }
}
