import { writeSync } from 'node:fs'
import type { Server } from 'node:net'
import { createInterface } from 'node:readline'
import { CertificateStore } from '../node/certificates.ts'
import { CertificateTable } from './certificate-table.ts'
import { serveControl } from './control.ts'
import { Gateway } from './gateway.ts'
import { RouteTable } from './route-table.ts'
import { GatewayBinding } from './routes.ts'
import { Traffic } from './traffic.ts'
import { Waker } from './waker.ts'

/** Longest time running requests get at the end; nobody listens meanwhile, and open event streams reconnect by themselves. */
const drainMs = 3_000

function log(level: 'INFO' | 'WARN' | 'ERROR', message: string): void {
  process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'gateway', message })}\n`)
}

function failed(error: unknown): void {
  log('WARN', error instanceof Error ? error.message : String(error))
}

/** Tells the node, on file descriptor 3. It may be gone when this is said: then nobody needs to know. */
function tell(message: object): void {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`)
  } catch (error) {
    failed(error)
  }
}

async function main(): Promise<void> {
  const line = await new Promise<string | null>((resolve) => {
    const reader = createInterface({ input: process.stdin })
    reader.once('line', (text) => {
      resolve(text)
      reader.close()
    })
    reader.once('close', () => resolve(null))
  })
  if (line === null) return
  process.stdin.destroy()
  const binding = GatewayBinding.parse(JSON.parse(line))
  const { tls } = binding
  const certificates = tls && new CertificateTable(new CertificateStore(tls.folder, Buffer.from(tls.key, 'base64')), tls.port, failed)
  const routes = new RouteTable(binding.routes_file, failed)
  const gateway = new Gateway(
    routes,
    new Waker(binding.node_socket, binding.hold_ms, failed),
    failed,
    certificates,
    new Traffic(new Date().toISOString()),
  )
  const { host } = binding.listen
  const cannotListen = (port: number, option: string) => (error: NodeJS.ErrnoException) => {
    tell({
      error:
        error.code === 'EADDRINUSE'
          ? `port ${port} on ${host} is taken by another program: stop it, or choose another one with ${option}`
          : error.message,
    })
    process.exit(1)
  }
  const listening = (server: Server, port: number, option: string): Promise<void> => {
    server.once('error', cannotListen(port, option))
    return new Promise((resolve) => server.listen(port, host, resolve))
  }
  if (gateway.secureServer && tls) await listening(gateway.secureServer, tls.port, 'CITYOS_TLS_PORT')
  await listening(gateway.server, binding.listen.port, '--port')
  await serveControl(binding.control_socket, gateway)
  tell({ ready: 'bound' })
  log('INFO', `listening on ${host}:${binding.listen.port}${tls ? `, https on ${tls.port}` : ''}`)
  const stop = (): void => {
    const servers = gateway.secureServer ? [gateway.server, gateway.secureServer] : [gateway.server]
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const server of servers) server.closeIdleConnections()
    void Promise.all(closed).then(() => process.exit(0))
    setTimeout(() => process.exit(0), drainMs).unref()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

await main()
