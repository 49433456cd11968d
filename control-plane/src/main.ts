import 'reflect-metadata'
import { chmodSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ControlPlaneBinding } from '@cityos/contract'
import { createLog } from '@cityos/http'
import type { DataPlaneDriver } from '@cityos/provisioning'
import { LocalDriver } from '@cityos/provisioning/local'
import { readReleaseFolder } from '@cityos/provisioning/release'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { kubernetesOf } from './kubernetes.ts'

/**
 * The control-plane process: binding on standard input or in the file `CITYOS_BINDING_FILE` names, readiness on file
 * descriptor 3, requests on a unix socket or a port.
 */

const log = createLog('control-plane')

async function readBinding(): Promise<ControlPlaneBinding> {
  const file = process.env['CITYOS_BINDING_FILE']
  if (file) return ControlPlaneBinding.parse(JSON.parse(readFileSync(file, 'utf8')))
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdin.destroy()
    return ControlPlaneBinding.parse(JSON.parse(line))
  }
  throw new Error('standard input ended before the binding came')
}

/** Tells the supervisor; without one (started by hand, or in a pod) nobody listens. */
function announce(message: object): void {
  if (process.env['CITYOS_BINDING_FILE']) return
  try {
    writeSync(3, `${JSON.stringify(message)}\n`)
  } catch (error) {
    if (!['EBADF', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** A process in a pod is handed no list of releases: it knows the one it was built into. */
async function withOwnRelease(binding: ControlPlaneBinding): Promise<ControlPlaneBinding> {
  if (binding.releases.length > 0) return binding
  const manifest = await readReleaseFolder(binding.release_dir)
  if (!manifest) throw new Error(`there is no release in ${binding.release_dir}`)
  return { ...binding, releases: [{ version: manifest.version, dir: binding.release_dir, schema: manifest.schema }] }
}

async function listen(running: ControlPlane, at: ControlPlaneBinding['listen']): Promise<void> {
  const server = running.app.getHttpAdapter().getInstance()
  if ('port' in at) {
    await server.listen({ host: at.host, port: at.port })
    return
  }
  // A process that was killed leaves its socket behind; the node starts one control plane at a time.
  rmSync(at.socket, { force: true })
  await server.listen({ path: at.socket })
  chmodSync(at.socket, 0o600)
}

function drainOnSignal(running: ControlPlane): void {
  let draining = false
  const drain = (signal: NodeJS.Signals) => {
    if (draining) return
    draining = true
    log.info({ signal }, 'draining')
    const late = setTimeout(() => process.exit(0), 10_000)
    late.unref()
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, 'draining failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', drain)
  process.on('SIGINT', drain)
}

try {
  const binding = await withOwnRelease(await readBinding())
  const drivers: DataPlaneDriver[] = binding.node ? [new LocalDriver({ socket: binding.node.socket })] : []
  const { kubernetes } = binding
  const running = await startControlPlane({
    binding,
    log,
    drivers,
    ...(kubernetes ? { kubernetes: (cells) => kubernetesOf({ ...binding, kubernetes }, log, cells) } : {}),
  })
  await listen(running, binding.listen)
  drainOnSignal(running)
  announce({ ready: 'bound' })
  log.info({ listen: binding.listen }, 'the control plane is up')
} catch (error) {
  log.fatal({ error }, 'the control plane cannot start')
  announce({ error: error instanceof Error ? error.message.split('\n')[0] : String(error) })
  process.exit(1)
}
