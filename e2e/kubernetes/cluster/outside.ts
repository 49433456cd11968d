import { createServer } from 'node:http'
import { layout } from './layout.ts'

/**
 * What a pod may or may not reach outside of the cluster, run in the network namespace `outside`: a host that answers `allowed`,
 * and the address where clouds keep a machine's credentials. What they were asked is printed.
 */
const { host, metadata } = layout.outside
for (const [answer, { address, port }] of Object.entries({ allowed: host, metadata }))
  createServer((request, response) => {
    process.stdout.write(`${answer} ${request.method} ${request.url} from ${request.socket.remoteAddress}\n`)
    response.end(`${answer}\n`)
  }).listen(port, address)
