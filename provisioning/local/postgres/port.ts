import { createServer } from 'node:net'

/** Whether nothing listens on this port of the loopback address. */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenOnce(port, host)) !== null
}

/** A port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0, '127.0.0.1')
  if (port === null) throw new Error('no free port on 127.0.0.1')
  return port
}

function listenOnce(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, host, () => {
      const address = server.address()
      const chosen = address && typeof address === 'object' ? address.port : null
      server.close(() => resolve(chosen))
    })
  })
}
