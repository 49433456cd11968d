import { SubOrderStatus } from '@cityos/data-plane/contract'

/** The filter in the address, as links from the dashboard write it. */
export function boardFilter(search: string): { status?: SubOrderStatus; late?: boolean } {
  const text = new URLSearchParams(search).get('filter')
  if (!text) return {}
  const wanted = JSON.parse(text) as { status?: string; late?: boolean }
  const status = SubOrderStatus.safeParse(wanted.status)
  return { ...(status.success ? { status: status.data } : {}), ...(wanted.late === true ? { late: true } : {}) }
}
