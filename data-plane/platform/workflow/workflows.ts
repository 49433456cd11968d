import { Injectable } from '@nestjs/common'
import type { Step, WorkflowFunction, WorkflowKind } from './workflow.ts'

type AnyFunction = WorkflowFunction<unknown, unknown>
type StepCode = (input: unknown) => Promise<unknown>

/** Which code runs for which workflow and step; filled at boot. */
@Injectable()
export class Workflows {
  readonly #functions = new Map<string, AnyFunction>()
  readonly #steps = new Map<string, StepCode>()

  define<Input, Output>(kind: WorkflowKind<Input, Output>, fn: WorkflowFunction<Input, Output>): void {
    if (this.#functions.has(kind.name)) throw new Error(`workflow ${kind.name} is defined twice`)
    this.#functions.set(kind.name, fn as AnyFunction)
  }

  /** @param code must be idempotent: a crash between effect and journal runs it again */
  step<Input, Output>(step: Step<Input, Output>, code: (input: Input) => Promise<Output>): void {
    if (this.#steps.has(step.name)) throw new Error(`step ${step.name} is defined twice`)
    this.#steps.set(step.name, code as StepCode)
  }

  functionOf(name: string): AnyFunction {
    const fn = this.#functions.get(name)
    if (!fn) throw new Error(`no workflow is called ${name}`)
    return fn
  }

  codeOf(name: string): StepCode {
    const code = this.#steps.get(name)
    if (!code) throw new Error(`no step is called ${name}`)
    return code
  }
}
