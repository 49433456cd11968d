import {
  cancelOperation,
  forceOperation,
  listOperations,
  type Operation,
  readOperation,
  resumeOperation,
  retryOperation,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { printFacts, printJson, printTable } from './output.ts'

export async function listAll(options: CommonOptions & { tenant?: string; limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const page = await session.call(listOperations, { query: { limit: Number(options.limit ?? 20), tenant_id: options.tenant } })
  if (options.json) return printJson(page.items)
  printTable(
    ['id', 'what', 'tenant', 'status', 'steps', 'created'],
    page.items.map((each) => [
      each.id,
      each.kind,
      each.tenant_slug,
      each.status,
      `${each.progress.done}/${each.progress.total}`,
      each.created_at,
    ]),
    'No operations yet.',
  )
}

export async function show(id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  print(await session.call(readOperation, { params: { id } }), options)
}

const verbs = { cancel: cancelOperation, resume: resumeOperation, retry: retryOperation }
export type OperationVerb = keyof typeof verbs

export async function perform(verb: OperationVerb, id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  print(await session.call(verbs[verb], { params: { id } }), options)
}

export async function force(id: string, options: CommonOptions & { step: string; reason: string }): Promise<void> {
  const session = await sessionOf(options)
  print(await session.call(forceOperation, { params: { id }, body: { step: options.step, reason: options.reason } }), options)
}

function print(operation: Operation, options: CommonOptions): void {
  if (options.json) {
    printJson(operation)
    return
  }
  printFacts({
    operation: operation.id,
    what: `${operation.kind} of ${operation.tenant_slug}`,
    status: operation.status,
    'requested by': operation.requested_by,
    'blocked by': operation.blocked_by ? `${operation.blocked_by.what} (${operation.blocked_by.owner})` : undefined,
    failure: operation.failure ? `${operation.failure.step}: ${operation.failure.message} ${operation.failure.way_out}` : undefined,
    'may be asked': operation.actions.join(', ') || 'nothing',
  })
  printTable(
    ['step', '', 'status', 'tries', 'time', 'message'],
    operation.steps.map((step) => [
      step.name,
      step.pivot ? 'pivot' : '',
      step.status,
      String(step.attempts),
      step.duration_ms === null ? '' : `${step.duration_ms} ms`,
      step.message ?? '',
    ]),
    'No steps.',
  )
}
