import type { OperationBench } from './operation-bench.ts'

/** How each operation is reached in a test: from a fresh tenant to the moment before it, and its parameters then. */
export interface OperationCase {
  kind: string
  prepare(bench: OperationBench, tenantId: string): Promise<void>
  parameters: unknown
}

const create = { seed: true, invitation_id: 'inv_none' }
const until = '2099-01-01T00:00:00.000Z'
const close = { status_before: 'active', resume_status_before: null, closing_until: until }

const serving = (bench: OperationBench, tenantId: string) => bench.perform('tenant-create', tenantId, create)
const after =
  (kind: string, parameters: unknown, before = serving) =>
  async (bench: OperationBench, tenantId: string) => {
    await before(bench, tenantId)
    await bench.perform(kind, tenantId, parameters)
  }

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
]
