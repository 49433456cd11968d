import type { support_access } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { publicOrigin, type Settings } from '../settings.ts'
import { type Ability, allows } from '../staff/ability.ts'
import type { StaffService } from '../staff/staff.service.ts'
import type { SupportAccess, SupportStatus } from './support.contract.ts'

interface Viewing {
  staff: StaffService
  settings: Settings
  ability: Ability
  caller: string | null
  now: Date
}

/** Support access as the caller sees it; one that has run out is over, also before its row says so. */
export async function viewsOf(db: Db, viewing: Viewing, rows: readonly support_access[]): Promise<SupportAccess[]> {
  const { ability, caller, now, settings } = viewing
  const people = rows.flatMap((row) => [row.staff_id, row.decided_by ?? '', row.ended_by ?? ''])
  const names = await viewing.staff.names(db, people)
  const tenants = await db.tenant.findMany({
    where: { id: { in: [...new Set(rows.map((row) => row.tenant_id))] } },
    select: { id: true, slug: true },
  })
  const slugs = new Map(tenants.map((tenant) => [tenant.id, tenant.slug]))
  const named = (id: string | null) => (id === null ? null : (names.get(id) ?? id))
  return rows.map((row): SupportAccess => {
    const hasRunOut = row.status === 'active' && row.ends_at !== null && row.ends_at <= now
    const slug = slugs.get(row.tenant_id) ?? row.tenant_id
    const isOpen = (row.status === 'active' && !hasRunOut) || row.status === 'requested'
    const mayEnd = row.staff_id === caller || allows(ability, 'close', 'support_access', { tenant_id: row.tenant_id })
    return {
      id: row.id,
      tenant_id: row.tenant_id,
      tenant_slug: slug,
      staff_id: row.staff_id,
      staff_name: named(row.staff_id)!,
      reason: row.reason,
      hours: row.hours,
      read_only: row.read_only,
      status: hasRunOut ? 'ended' : (row.status as SupportStatus),
      approval_id: row.approval_id,
      requested_at: row.requested_at.toISOString(),
      decided_by: named(row.decided_by),
      starts_at: row.starts_at?.toISOString() ?? null,
      ends_at: row.ends_at?.toISOString() ?? null,
      ended_by: named(row.ended_by),
      ended_at: (row.ended_at ?? (hasRunOut ? row.ends_at : null))?.toISOString() ?? null,
      console_url: `${publicOrigin(settings, `admin.${slug}.${settings.binding.public.base_domain}`)}/`,
      actions: isOpen && mayEnd ? ['end'] : [],
    }
  })
}
