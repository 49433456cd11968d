import 'reflect-metadata'
import { chmodSync, rmSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ControlPlaneBinding } from '@cityos/contract'
import { createLog } from '@cityos/http'
import { LocalDriver } from '@cityos/provisioning/local'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

/** The control-plane process: binding on standard input, readiness on file descriptor 3, requests on a unix socket. */

const log = createLog('control-plane')

async function readBinding(): Promise<ControlPlaneBinding> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdin.destroy()
    return ControlPlaneBinding.parse(JSON.parse(line))
  }
  throw new Error('standard input ended before the binding came')
}

/** Tells the supervisor; without one (started by hand) nobody listens. */
function announce(message: object): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`)
  } catch (error) {
    if (!['EBADF', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
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
  const binding = await readBinding()
  const running = await startControlPlane({ binding, log, drivers: [new LocalDriver({ socket: binding.node.socket })] })
  // A process that was killed leaves its socket behind; the node starts one control plane at a time.
  rmSync(binding.listen.socket, { force: true })
  await running.app.getHttpAdapter().getInstance().listen({ path: binding.listen.socket })
  chmodSync(binding.listen.socket, 0o600)
  drainOnSignal(running)
  announce({ ready: 'bound' })
  log.info({ socket: binding.listen.socket }, 'the control plane is up')
} catch (error) {
  log.fatal({ error }, 'the control plane cannot start')
  announce({ error: error instanceof Error ? error.message.split('\n')[0] : String(error) })
  process.exit(1)
}
