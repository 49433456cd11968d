import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Gateway } from './gateway.ts'
import { RouteTable } from './route-table.ts'
import { GatewayBinding } from './routes.ts'
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
  const gateway = new Gateway(new RouteTable(binding.routes_file, failed), new Waker(binding.node_socket, binding.hold_ms, failed), failed)
  gateway.server.once('error', (error: NodeJS.ErrnoException) => {
    const { host, port } = binding.listen
    tell({
      error:
        error.code === 'EADDRINUSE'
          ? `port ${port} on ${host} is taken by another program: stop it, or choose another one with --port`
          : error.message,
    })
    process.exit(1)
  })
  gateway.server.listen(binding.listen.port, binding.listen.host, () => {
    tell({ ready: 'bound' })
    log('INFO', `listening on ${binding.listen.host}:${binding.listen.port}`)
  })
  const stop = (): void => {
    gateway.server.close(() => process.exit(0))
    gateway.server.closeIdleConnections()
    setTimeout(() => process.exit(0), drainMs).unref()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

await main()
