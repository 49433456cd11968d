/**
 * The workflow port (design §7). Workflow files import types and pure rules only: every effect is a named step, so that
 * the same function runs on the embedded engine and in a sandbox elsewhere.
 */

/** A named effect; its code is registered with `Workflows.step`. Inputs and outputs are plain JSON. */
export interface Step<Input, Output> {
  readonly name: string
  /** Only for the compiler. */
  readonly types?: { input: Input; output: Output }
}

/** Names a step: `const holdLines = step<HoldInput, HoldResult>('checkout.hold')`. */
export function step<Input, Output>(name: string): Step<Input, Output> {
  return { name }
}

export interface StepOptions {
  /** Milliseconds for one try; 30 s unless told otherwise. */
  timeout?: number
  /** Tries in all, and milliseconds before the second one (doubling). A DomainError is an answer, never tried again. */
  retry?: { attempts: number; wait: number }
}

export interface Workflow {
  readonly id: string
  /**
   * Runs a step once: after a crash its journalled result is used instead.
   * @throws DomainError as the step threw it; anything else when the tries are used up
   */
  run<Input, Output>(step: Step<Input, Output>, input: Input, options?: StepOptions): Promise<Output>
  /** Waits until a moment, across restarts and sleep of the tenant. */
  sleepUntil(moment: string): Promise<void>
  /** Waits for a signal; null when the deadline (ISO 8601) came first. */
  waitFor<Payload>(signal: string, deadline: string): Promise<Payload | null>
  /** Sends a signal to another workflow. */
  send(workflowId: string, signal: string, payload: unknown): Promise<void>
  /** The time, the same after a replay. */
  now(): Promise<string>
  /** A number in [0, 1), the same after a replay. */
  random(): Promise<number>
  /** Whether this run began after the change `id` was made: old runs keep the old path. */
  patched(id: string): Promise<boolean>
}

export type WorkflowFunction<Input, Output> = (workflow: Workflow, input: Input) => Promise<Output>

/** A kind of workflow, by its stable name. */
export interface WorkflowKind<Input, Output> {
  readonly name: string
  readonly types?: { input: Input; output: Output }
}

export function workflowKind<Input, Output>(name: string): WorkflowKind<Input, Output> {
  return { name }
}
