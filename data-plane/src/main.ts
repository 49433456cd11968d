import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Binding } from '@cityos/contract'
import { type Serving, serve } from './serve.ts'

// The process of one tenant (contract/src/plane.ts, Binding): its code is loaded and it says so; it reads who it is as
// one JSON line from standard input, boots, listens, and says so again on file descriptor 3. In a cluster who it is lies
// in a file that `CITYOS_BINDING_FILE` names, and nobody listens on that descriptor.

const shutdownMilliseconds = 10_000
const bindingFile = process.env['CITYOS_BINDING_FILE']

function say(message: Record<string, string>): void {
  if (bindingFile) return
  try {
    writeSync(3, `${JSON.stringify(message)}\n`)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== 'EBADF' && code !== 'EPIPE') throw error
  }
}

/** The binding's text; null when the supervisor ended before it had one. */
async function bindingText(): Promise<string | null> {
  if (bindingFile) return readFileSync(bindingFile, 'utf8')
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    lines.close()
    process.stdin.destroy()
    return line
  }
  return null
}

function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  say({ error: message.split('\n', 1)[0] ?? 'unknown' })
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`)
  process.exit(1)
}

function stopOnSignal(serving: Serving): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(0), shutdownMilliseconds).unref()
    serving.close().then(
      () => process.exit(0),
      (error: unknown) => {
        serving.log.error({ error }, 'shutdown failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

process.once('uncaughtException', (error) => fail(error))
process.once('unhandledRejection', (error) => fail(error))

// The first process of a pod ends by no signal it does not handle; one that still boots has nothing to finish.
const endAtOnce = (): never => process.exit(0)
if (bindingFile) process.once('SIGTERM', endAtOnce)
say({ ready: 'unbound' })
const text = await bindingText()
if (text === null) process.exit(0)
const serving = await serve(Binding.parse(JSON.parse(text))).catch(fail)
process.off('SIGTERM', endAtOnce)
stopOnSignal(serving)
say({ ready: 'bound' })
