import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ControlPlaneBinding } from '@cityos/contract'
import type { GatewayBinding } from '../gateway/routes.ts'
import { isAlive } from '../process.ts'
import { Child, childEnvironment } from './child.ts'
import { Service } from './service.ts'
import type { ReleaseRecord, ServiceName, Settings, StateStore } from './state.ts'

interface ServiceSetting {
  store: StateStore
  logsDir: string
  compileCacheDir: string
  note: (message: string) => void
}

/** Issuer of staff tokens and address of the operator console. */
export function issuerOf(settings: Settings): string {
  const port = settings.port === 80 ? '' : `:${settings.port}`
  return `http://cityos.${settings.base_domain}${port}`
}

export function gatewayService(setting: ServiceSetting, binding: () => GatewayBinding): Service {
  const entry = fileURLToPath(new URL('../gateway/main.ts', import.meta.url))
  return service(setting, 'gateway', () => ({
    // It reads its input only; the folder is there for whoever looks at the list of processes.
    args: ['--max-old-space-size=256', entry, setting.logsDir],
    binding: binding(),
    first: binding(),
    readyMs: 20_000,
  }))
}

export function controlPlaneService(setting: ServiceSetting, release: () => ReleaseRecord, binding: () => ControlPlaneBinding): Service {
  // A test names the step boundary at which the control plane kills itself: once, not again after its restart.
  let killAt = process.env['CITYOS_TEST_KILL_AT']
  return service(setting, 'control-plane', () => {
    const first = killAt ? { ...binding(), test: { kill_at: killAt } } : binding()
    killAt = undefined
    return {
      args: ['--max-old-space-size=512', '--max-semi-space-size=16', '--enable-source-maps', join(release().dir, 'control-plane.mjs')],
      binding: binding(),
      first,
      readyMs: 60_000,
    }
  })
}

function service(
  setting: ServiceSetting,
  name: ServiceName,
  command: () => { args: string[]; binding: GatewayBinding | ControlPlaneBinding; first: object; readyMs: number },
): Service {
  const { store } = setting
  // Another release, port or address means another process; the environment and the pid do not matter.
  const signature = () => {
    const { args, binding } = command()
    return createHash('sha256')
      .update(JSON.stringify([args, binding, store.state.release]))
      .digest('hex')
  }
  return new Service({
    name,
    note: setting.note,
    async launch() {
      const { args, first, readyMs } = command()
      const child = await Child.launch({
        args: ['--disable-warning=ExperimentalWarning', ...args],
        logFile: join(setting.logsDir, `${name}.log`),
        environment: childEnvironment({ NODE_COMPILE_CACHE: setting.compileCacheDir }),
      })
      try {
        child.bind(first)
        const until = performance.now() + readyMs
        while ((await child.next(until - performance.now())).ready !== 'bound');
        return child
      } catch (error) {
        await child.stop(2_000)
        throw error
      }
    },
    async adopt() {
      const known = store.state.services[name]
      if (!known || !isAlive(known)) return null
      const child = Child.adopt(known, join(setting.logsDir, `${name}.log`))
      if (known.signature === signature()) return child
      await child?.stop()
      return null
    },
    remember(child) {
      const services = { ...store.state.services }
      if (child) services[name] = { ...child.identity, signature: signature() }
      else delete services[name]
      store.update({ services })
    },
  })
}
