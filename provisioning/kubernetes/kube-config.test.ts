import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CoreV1Api } from '@kubernetes/client-node'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kubeConfigOf } from './kube-config.ts'

let server: Server
let connections = 0
let kubeconfig: string

beforeEach(async () => {
  connections = 0
  server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{"items": []}'))
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'somebody', user: { token: 'secret' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'somebody' } }],
    'current-context': 'test',
  })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it('questions to a cluster share a connection, whoever asks them', async () => {
  for (let question = 0; question < 20; question += 1) {
    const core = kubeConfigOf({ name: 'test-1', access: { kubeconfig, database_url: '' } }).makeApiClient(CoreV1Api)
    await core.listNamespacedPod({ namespace: 'tenant-1' })
  }
  expect(connections).toBeLessThanOrEqual(2)
})
