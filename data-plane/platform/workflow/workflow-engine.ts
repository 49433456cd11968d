import { Injectable } from '@nestjs/common'
import { Background } from '../background/background.ts'
import { Database, type Tx } from '../db/database.ts'
import { Lease } from '../lease/lease.ts'
import { EmbeddedEngine } from './embedded-engine.ts'
import { type Outcome, valueIn } from './outcome.ts'
import { WorkflowSignals } from './signals.ts'
import type { WorkflowKind } from './workflow.ts'

export { type Step, type StepOptions, step, type Workflow, type WorkflowFunction, type WorkflowKind, workflowKind } from './workflow.ts'
export { Workflows } from './workflows.ts'

export interface WorkflowHandle<Output> {
  readonly id: string
  /** @throws DomainError as the workflow threw it */
  result(): Promise<Output>
}

/** Starts workflows and talks to them. They run in the process that holds the tenant's lease. */
@Injectable()
export class WorkflowEngine {
  constructor(
    private readonly engine: EmbeddedEngine,
    private readonly signals: WorkflowSignals,
    private readonly database: Database,
    private readonly lease: Lease,
    background: Background,
  ) {
    background.add(engine)
  }

  /**
   * Starts a workflow, or finds the one that already has this id: the caller's id makes it run once.
   * @param id chosen by the caller, e.g. `checkout:<cart id>`
   */
  async start<Input, Output>(kind: WorkflowKind<Input, Output>, id: string, input: Input): Promise<WorkflowHandle<Output>> {
    const wait = this.lease.held ? await this.engine.begin(kind.name, id, input) : await this.engine.beginElsewhere(kind.name, id, input)
    return { id, result: async () => valueIn<Output>((await wait()) as Outcome) }
  }

  /** Sends a signal in the transaction of its cause; the first of a name counts. */
  async send(tx: Tx, workflowId: string, signal: string, payload: unknown): Promise<void> {
    await this.signals.write(tx, workflowId, signal, payload)
    this.database.afterCommit(tx, () => this.signals.announce(workflowId))
  }
}
