// A control plane for tests of the node: answers on its socket, knows nothing.
import { existsSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

createInterface({ input: process.stdin }).once('line', (line) => {
  const binding = JSON.parse(line)
  process.stdin.destroy()
  const server = createServer((_incoming, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data: { pid: process.pid, database: new URL(binding.database.url).pathname } }))
  })
  if (existsSync(binding.listen.socket)) rmSync(binding.listen.socket)
  server.listen(binding.listen.socket, () => writeSync(3, '{"ready":"bound"}\n'))
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
})
