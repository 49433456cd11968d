import type { Grant } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { abilityFor, allows, isWithin, reachOf, tenantScope, tenantsOf } from './ability.ts'

const grant = (given: Partial<Grant> & Pick<Grant, 'role'>): Grant => ({ tenant_id: null, nodes: [], ...given })

describe('abilities', () => {
  it('fail closed: no grant, an unknown role, or a role where it means nothing give nothing', () => {
    expect(abilityFor([]).rules).toEqual([])
    const strange = abilityFor([{ role: 'mayor' as never, tenant_id: null, nodes: [] }])
    expect(strange.can('read', 'tenant')).toBe(false)
    expect(strange.can('read', 'self')).toBe(true)
    expect(abilityFor([grant({ role: 'tenant-admin' })]).can('read', 'tenant')).toBe(false)
    expect(abilityFor([grant({ role: 'super-admin', tenant_id: 'tnt_a' })]).can('read', 'tenant')).toBe(false)
    expect(tenantsOf(abilityFor([]), 'read', 'tenant')).toEqual([])
  })

  it('reach the tenants of their grants and no more; several grants add up', () => {
    const two = abilityFor([grant({ role: 'tenant-admin', tenant_id: 'tnt_a' }), grant({ role: 'viewer', tenant_id: 'tnt_b' })])
    expect([...tenantsOf(two, 'read', 'tenant')].sort()).toEqual(['tnt_a', 'tnt_b'])
    expect(tenantsOf(two, 'update', 'tenant')).toEqual(['tnt_a'])
    expect(tenantsOf(two, 'create', 'tenant')).toEqual([])
  })

  it('of a role tied to nodes hold at and below them only; without a node they hold nowhere', () => {
    const none = abilityFor([{ ...grant({ role: 'district-manager' }), tenants: ['tnt_a'], paths: ['c.d'] }])
    expect(none.can('read', 'tenant')).toBe(false)
    const some = abilityFor([{ ...grant({ role: 'district-manager', nodes: ['nod_d'] }), tenants: ['tnt_a'], paths: ['c.d'] }])
    expect(tenantsOf(some, 'update', 'tenant')).toEqual(['tnt_a'])
    expect(allows(some, 'update', 'node', { node_path: 'c.d' })).toBe(true)
    expect(allows(some, 'update', 'node', { node_path: 'c.d.z' })).toBe(true)
    expect(allows(some, 'update', 'node', { node_path: 'c' })).toBe(false)
    expect(allows(some, 'update', 'node', { node_path: 'c.e' })).toBe(false)
    expect(allows(some, 'update', 'tenant', { tenant_id: 'tnt_b' })).toBe(false)
    expect(isWithin('c.dd', 'c.d')).toBe(false)
  })

  it('let a denial win over every other grant, in its tenant or its nodes', () => {
    const ability = abilityFor([
      grant({ role: 'super-admin', tenant_id: 'tnt_x', deny: true }),
      grant({ role: 'super-admin' }),
      grant({ role: 'tenant-admin', tenant_id: 'tnt_x' }),
    ])
    expect(allows(ability, 'read', 'tenant', { tenant_id: 'tnt_x' })).toBe(false)
    expect(allows(ability, 'read', 'tenant', { tenant_id: 'tnt_y' })).toBe(true)
    expect(tenantScope(ability, 'read', 'tenant', 'id')).toEqual({ id: { notIn: ['tnt_x'] } })
    expect(reachOf(ability, 'read', 'tenant').tenants).toEqual([])
    expect(abilityFor([grant({ role: 'super-admin' }), grant({ role: 'super-admin', deny: true })]).can('read', 'tenant')).toBe(false)
  })

  it('of a grant that may only read, read', () => {
    const ability = abilityFor([grant({ role: 'tenant-admin', tenant_id: 'tnt_a', read_only: true })])
    expect(ability.can('read', 'audit')).toBe(true)
    expect(ability.can('export', 'audit')).toBe(false)
    expect(ability.can('update', 'tenant')).toBe(false)
  })
})
