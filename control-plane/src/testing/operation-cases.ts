import type { OperationBench } from './operation-bench.ts'

/** How each operation is reached in a test: from a fresh tenant to the moment before it, and its parameters then. */
export interface OperationCase {
  kind: string
  prepare(bench: OperationBench, tenantId: string): Promise<void>
  /** A function where they name things that `prepare` made. */
  parameters: unknown | ((tenantId: string, bench: OperationBench) => unknown)
}

export function parametersOf({ parameters }: OperationCase, tenantId: string, bench: OperationBench): unknown {
  return typeof parameters === 'function'
    ? (parameters as (tenantId: string, bench: OperationBench) => unknown)(tenantId, bench)
    : parameters
}

const create = { seed: true, invitation_id: 'inv_none' }
const until = '2099-01-01T00:00:00.000Z'
const close = { status_before: 'active', resume_status_before: null, closing_until: until }

const serving = (bench: OperationBench, tenantId: string) => bench.perform('tenant-create', tenantId, { ...create, seed: false })
const after =
  (kind: string, parameters: unknown, before = serving) =>
  async (bench: OperationBench, tenantId: string) => {
    await before(bench, tenantId)
    await bench.perform(kind, tenantId, parameters)
  }

/** Ids of what belongs to a tenant of a test, made from its own. */
const idOf = (prefix: string, tenantId: string) => `${prefix}_${tenantId.slice(tenantId.indexOf('_') + 1)}`
const backup = (tenantId: string) => ({ backup_id: idOf('bkp', tenantId), kind: 'manual', expires_at: null })
const backedUp = async (bench: OperationBench, tenantId: string) => {
  await serving(bench, tenantId)
  await bench.perform('tenant-backup', tenantId, backup(tenantId))
}

/** The original of each copy. */
const originals = new Map<string, string>()
const withOriginal =
  (prepare: (bench: OperationBench, tenantId: string) => Promise<void>) => async (bench: OperationBench, tenantId: string) => {
    const original = await bench.newTenant()
    originals.set(tenantId, original)
    await prepare(bench, original)
  }
const copy = (tenantId: string) => {
  const original = originals.get(tenantId) ?? ''
  return {
    seed: false,
    invitation_id: 'inv_none',
    source_tenant_id: original,
    backup_id: idOf('bkp', original),
    mask_personal_data: true,
  }
}

const upgrade = (tenantId: string, { releases }: OperationBench) => ({
  from: releases.now.version,
  to: releases.next.version,
  backup_id: idOf('bkp', tenantId),
  rollout_id: null,
  rehearse: true,
  override: null,
})

/** Two cells of the bench's region, and a tenant that is in the first one. */
const inFirstCell = async (bench: OperationBench, tenantId: string) => {
  for (const name of ['riyadh-1', 'riyadh-2']) await bench.cell(name)
  await bench.registry.db.tenant.update({ where: { id: tenantId }, data: { driver: 'kubernetes', cell: 'riyadh-1' } })
  await serving(bench, tenantId)
}

/** Forms of operations that only drivers with cells have. */
export const cellCases: readonly OperationCase[] = [
  {
    kind: 'tenant-move',
    prepare: inFirstCell,
    parameters: (tenantId: string) => ({ archive_id: idOf('arc', tenantId), to_cell: 'riyadh-2' }),
  },
]

export const operationCases: readonly OperationCase[] = [
  { kind: 'tenant-create', prepare: async () => undefined, parameters: create },
  {
    kind: 'tenant-change',
    prepare: serving,
    parameters: {
      changes: { verticals: ['catalogue', 'booking'], plan_code: 'starter', name: { en: 'Souq', ar: 'سوق' } },
      before: { verticals: ['catalogue'], plan_code: 'standard', name: { en: 'Shop' } },
    },
  },
  {
    kind: 'tenant-rename',
    prepare: serving,
    parameters: (tenantId: string) => ({ from: `shop-${tenantId.slice(-12)}`, to: `renamed-${tenantId.slice(-12)}`, leads_until: until }),
  },
  { kind: 'tenant-suspend', prepare: serving, parameters: { status_before: 'active' } },
  { kind: 'tenant-resume', prepare: after('tenant-suspend', { status_before: 'active' }), parameters: { resume_status: 'active' } },
  {
    kind: 'tenant-standing',
    prepare: after('tenant-change', {
      changes: { verticals: ['catalogue', 'booking'] },
      before: { verticals: ['catalogue'] },
      terms: { add: ['booking'], remove: [], at: null },
    }),
    parameters: { from: { status: 'active', off: [] }, to: { status: 'past_due', off: ['booking'] } },
  },
  { kind: 'tenant-sleep', prepare: serving, parameters: {} },
  { kind: 'tenant-wake', prepare: after('tenant-sleep', {}), parameters: {} },
  { kind: 'tenant-close', prepare: serving, parameters: close },
  { kind: 'tenant-reopen', prepare: after('tenant-close', close), parameters: { resume_status: 'active', closing_until: until } },
  { kind: 'tenant-delete', prepare: after('tenant-close', close), parameters: { status_before: 'closing' } },
  { kind: 'tenant-backup', prepare: serving, parameters: backup },
  { kind: 'backup-delete', prepare: backedUp, parameters: (tenantId: string) => ({ backup_id: idOf('bkp', tenantId) }) },
  {
    kind: 'tenant-restore',
    prepare: backedUp,
    parameters: (tenantId: string) => ({ backup_id: idOf('bkp', tenantId), safety_backup_id: idOf('bks', tenantId) }),
  },
  { kind: 'tenant-restore-as', prepare: withOriginal(backedUp), parameters: copy },
  { kind: 'tenant-clone', prepare: withOriginal(serving), parameters: copy },
  {
    kind: 'tenant-lift-quarantine',
    prepare: async (bench, tenantId) => {
      await bench.registry.db.tenant.update({ where: { id: tenantId }, data: { quarantined: true } })
      await serving(bench, tenantId)
    },
    parameters: {},
  },
  {
    kind: 'tenant-upgrade',
    prepare: serving,
    parameters: upgrade,
  },
  {
    kind: 'tenant-downgrade',
    prepare: async (bench, tenantId) => {
      await serving(bench, tenantId)
      await bench.perform('tenant-upgrade', tenantId, upgrade(tenantId, bench))
    },
    parameters: (_: string, { releases }: OperationBench) => ({ from: releases.next.version, to: releases.now.version, rollout_id: null }),
  },
  { kind: 'tenant-move', prepare: serving, parameters: (tenantId: string) => ({ archive_id: idOf('arc', tenantId) }) },
]
