import type { TenantDocument } from '@cityos/contract'
import type { DataPlaneDriver, Fence } from '@cityos/provisioning'
import type { z } from 'zod'
import type { OperationKind } from '../operation/operation.contract.ts'
import type { Db, Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { TenantRow } from '../tenant/tenant.document.ts'

/** What a step works with. Everything it changes goes through `driver` (with `fence`) or `write` (fenced transaction). */
export interface StepContext<P> {
  operationId: string
  tenantId: string
  parameters: P
  fence: Fence
  driver: DataPlaneDriver
  db: Db
  sealing: Sealing
  baseDomain: string
  now(): Date
  /** A registry transaction that is refused when another runner has taken over. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  tenant(): Promise<TenantRow>
  document(): Promise<TenantDocument>
}

export interface Step<P> {
  name: string
  /** Seconds one attempt may take. */
  timeout: number
  /** Who can help when this step does not get on: shown in `blocked_by`. */
  owner: string
  /** Set on steps that only check: what `force` skips, in plain words. */
  check?: string
  /** Makes the change; a repeat finds what an earlier call made. Returns one line about what it did. */
  do(ctx: StepContext<P>): Promise<string>
  /** Takes the change back, also a half-made one. Left out where nothing remains: a step that only reads or is past the pivot. */
  undo?(ctx: StepContext<P>): Promise<void>
}

/** What `begin` and `settle` see: the transaction that also writes the operation's row. */
export interface Settlement<P> {
  tx: Tx
  tenantId: string
  parameters: P
  sealing: Sealing
  now: Date
}

/**
 * One durable operation as data (the order of style: parameters, steps with `do` and `undo`, pivot).
 * Steps before and including the pivot are undone when one of them fails; after it the only way is forward.
 */
export interface OperationDefinition<P = unknown> {
  kind: OperationKind
  parameters: z.ZodType<P>
  /** Seconds after which it says what blocks it. */
  deadline: number
  pivot: string
  steps: readonly Step<P>[]
  /** Checks that the tenant may start this now, and writes what starts with it; also called for a retry. @throws DomainError */
  begin(at: Settlement<P>): Promise<void>
  /** Written together with the final status. */
  succeeded(at: Settlement<P>): Promise<void>
  /** Written together with `failed` or `cancelled`, after everything has been undone. */
  undone(at: Settlement<P>, failure: { step: string; message: string; cancelled: boolean }): Promise<void>
}

/** Refused for good: trying again would not help, so the operation is undone at once. */
export class StepRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StepRefused'
  }
}

/** Checks a definition when it is loaded, so that none can be built wrong. */
export function defineOperation<P>(definition: OperationDefinition<P>): OperationDefinition<P> {
  const names = definition.steps.map((step) => step.name)
  const pivot = names.indexOf(definition.pivot)
  if (pivot < 0) throw new Error(`${definition.kind}: the pivot ${definition.pivot} is not one of its steps`)
  if (new Set(names).size !== names.length) throw new Error(`${definition.kind}: two steps have the same name`)
  if (definition.steps.slice(pivot + 1).some((step) => step.undo))
    throw new Error(`${definition.kind}: a step after the pivot cannot be undone`)
  return definition
}
