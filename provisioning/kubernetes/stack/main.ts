import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EngineEvent, LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import { tenantProgram } from './program.ts'
import { type StackMessage, StackObject, StackTask } from './protocol.ts'

// The process that runs Pulumi for one tenant's stack, leader of a process group of its own: one message with the task comes in,
// messages about what happens go out. When its parent is gone it has Pulumi stop in an orderly way; what a killed one leaves
// behind, the next run of the stack recovers.

/** Milliseconds that Pulumi gets to write its state down when the run is cut off. */
const stopWithin = 10_000

const say = (message: StackMessage): Promise<void> => new Promise((resolve) => process.send?.(message, () => resolve()))
const timings: Record<string, number> = {}
const objects = new Map<string, StackObject>()
/** `create`, `update`, … with how many objects, as the last run has summed them up. */
let changes: Record<string, number> = {}

async function timed<T>(part: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  try {
    return await work()
  } finally {
    timings[part] = Math.round(performance.now() - began)
  }
}

/** Pulumi and what it started end with this process. */
function endWithParent(): void {
  process.once('disconnect', () => {
    process.on('SIGINT', () => undefined)
    process.kill(-process.pid, 'SIGINT')
    setTimeout(() => process.kill(-process.pid, 'SIGKILL'), stopWithin)
  })
}

/** Last part of `urn:pulumi:stack::project::type::name`. */
const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf('::') + 2)

function listen(event: EngineEvent): void {
  const { resourcePreEvent, resOutputsEvent, diagnosticEvent, summaryEvent } = event
  if (summaryEvent) changes = { ...summaryEvent.resourceChanges }
  if (resourcePreEvent && resourcePreEvent.metadata.op !== 'same') {
    const { op, type, urn } = resourcePreEvent.metadata
    void say({ kind: 'step', op, type, name: nameOf(urn) })
  }
  if (resOutputsEvent) remember(resOutputsEvent.metadata.urn, resOutputsEvent.metadata.op, resOutputsEvent.metadata.new?.outputs)
  if (diagnosticEvent && ['error', 'warning'].includes(diagnosticEvent.severity)) {
    const message = diagnosticEvent.message.replaceAll(/<\{%[a-z]*%\}>/g, '').trim()
    if (message && !message.startsWith('using pulumi-resource-')) void say({ kind: 'note', severity: diagnosticEvent.severity, message })
  }
}

function remember(urn: string, op: string, outputs: Record<string, unknown> | undefined): void {
  if (op.startsWith('delete')) return void objects.delete(urn)
  const metadata = outputs?.['metadata'] as { name?: string; namespace?: string } | undefined
  const found = StackObject.safeParse({
    apiVersion: outputs?.['apiVersion'],
    kind: outputs?.['kind'],
    namespace: metadata?.namespace ?? null,
    name: metadata?.name,
  })
  if (found.success) objects.set(urn, found.data)
}

/** Only its owner may read it. Absent: the service account of this pod. */
function keepKubeconfig({ kubeconfig, pulumi }: StackTask): { KUBECONFIG?: string } {
  if (kubeconfig === null) return {}
  const file = join(pulumi.workDir, 'kubeconfig')
  writeFileSync(file, kubeconfig, { mode: 0o600 })
  return { KUBECONFIG: file }
}

async function open(task: StackTask): Promise<Stack> {
  const program = task.content ? tenantProgram(task.content) : async () => undefined
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: task.stack, projectName: task.project, program },
    {
      workDir: task.pulumi.workDir,
      pulumiHome: task.pulumi.home,
      envVars: {
        ...keepKubeconfig(task),
        PULUMI_BACKEND_URL: task.backend.url,
        PULUMI_CONFIG_PASSPHRASE: task.backend.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: 'true',
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
        // What somebody changed by hand is taken back, whoever's field it became.
        PULUMI_K8S_ENABLE_PATCH_FORCE: 'true',
        PULUMI_K8S_DELETE_UNREACHABLE: 'false',
      },
    },
  )
  // After each run the library starts Pulumi three more times, for outputs, of which there are none, and for the history of the
  // stack: what it would say of the run, its events have said.
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined })
}

async function run(task: StackTask): Promise<void> {
  const stack = await timed('select', () => open(task))
  if (task.action === 'forget') {
    if (task.recover) await stack.cancel()
    return timed('forget', () => stack.workspace.removeStack(task.stack, { force: true }))
  }
  if (task.recover)
    await timed('recover', async () => {
      await stack.cancel()
      await stack.refresh({ clearPendingCreates: true, onEvent: listen })
    })
  if (task.action === 'destroy') await timed('destroy', () => stack.destroy({ onEvent: listen, refresh: true, remove: true }))
  else await timed('up', () => stack.up({ onEvent: listen, refresh: task.refresh }))
}

endWithParent()
const [message] = await once(process, 'message')
const task = StackTask.parse(message)
timings['load'] = Math.round(performance.now())
try {
  await run(task)
  await say({ kind: 'done', objects: [...objects.values()], changes, timings })
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  await say({ kind: 'failed', reason: reason.includes('stack is currently locked') ? 'locked' : 'other', message: reason })
}
rmSync(join(task.pulumi.workDir, 'kubeconfig'), { force: true })
process.removeAllListeners('disconnect')
process.disconnect?.()
process.exit(0)
