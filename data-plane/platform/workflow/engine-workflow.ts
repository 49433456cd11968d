import type { DBOS as Dbos } from '@dbos-inc/dbos-sdk'
import { Clock, seconds } from '../clock/clock.ts'
import type { Database } from '../db/database.ts'
import { type Outcome, outcomeOf, valueIn } from './outcome.ts'
import type { WorkflowSignals } from './signals.ts'
import type { Step, StepOptions, Workflow } from './workflow.ts'
import type { Workflows } from './workflows.ts'

const defaults = { timeout: seconds(30), retry: { attempts: 5, wait: 200 } }

/** The port on DBOS: every effect is one journalled step. */
export class EngineWorkflow implements Workflow {
  constructor(
    private readonly engine: typeof Dbos,
    private readonly workflows: Workflows,
    private readonly signals: WorkflowSignals,
    private readonly clock: Clock,
    private readonly database: Database,
    /** Throws when this process is not to run workflows any more; what it throws parks the workflow for the next holder. */
    private readonly fence: () => Promise<void>,
  ) {}

  get id(): string {
    return this.engine.workflowID ?? ''
  }

  async run<Input, Output>(step: Step<Input, Output>, input: Input, options: StepOptions = {}): Promise<Output> {
    const { attempts, wait } = options.retry ?? defaults.retry
    const code = this.workflows.codeOf(step.name)
    const run = async (): Promise<Outcome> => {
      await this.fence()
      return outcomeOf(() => code(input))
    }
    const outcome = await this.engine.runStep<Outcome>(run, {
      name: step.name,
      timeoutMS: options.timeout ?? defaults.timeout,
      retriesAllowed: attempts > 1,
      maxAttempts: attempts,
      intervalSeconds: wait / 1000,
      backoffRate: 2,
    })
    return valueIn<Output>(outcome)
  }

  async sleepUntil(moment: string): Promise<void> {
    const { id } = this
    await this.engine.runStep(() => this.signals.wait(id, null, new Date(moment)), { name: 'sleep' })
  }

  async waitFor<Payload>(signal: string, deadline: string): Promise<Payload | null> {
    const { id } = this
    const found = await this.engine.runStep(() => this.signals.wait(id, signal, new Date(deadline)), { name: `wait:${signal}` })
    return found === null ? null : (found.payload as Payload)
  }

  async send(workflowId: string, signal: string, payload: unknown): Promise<void> {
    await this.engine.runStep(
      async () => {
        await this.database.transaction((tx) => this.signals.write(tx, workflowId, signal, payload))
        await this.signals.announce(workflowId)
      },
      { name: `send:${signal}` },
    )
  }

  now(): Promise<string> {
    return this.engine.runStep(async () => this.clock.now().toISOString(), { name: 'now' })
  }

  random(): Promise<number> {
    return this.engine.runStep(async () => Math.random(), { name: 'random' })
  }

  patched(id: string): Promise<boolean> {
    return this.engine.patch(id)
  }
}
