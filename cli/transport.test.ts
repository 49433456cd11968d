import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holderOf, requireFreePort } from './port.ts'
import { platformAt } from './session.ts'
import { fetchAt, Unreachable } from './transport.ts'

let server: Server
let port: number

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.end(JSON.stringify({ host: request.headers.host, method: request.method, url: request.url, body }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

describe('requests to a platform', () => {
  test('connect to loopback and carry the host of the URL', async () => {
    const response = await fetchAt({ port })('http://souq.localhost:8080/v1/x?y=1', { method: 'POST', body: '{"a":1}' })
    expect(await response.json()).toEqual({ host: 'souq.localhost:8080', method: 'POST', url: '/v1/x?y=1', body: '{"a":1}' })
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('go where the name leads, for a platform elsewhere', async () => {
    const response = await fetchAt({ elsewhere: `127.0.0.1:${port}` })(`http://127.0.0.1:${port}/v1/x`, { method: 'POST', body: 'b' })
    expect(await response.json()).toEqual({ host: `127.0.0.1:${port}`, method: 'POST', url: '/v1/x', body: 'b' })
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const elsewhere = `127.0.0.1:${(gone.address() as AddressInfo).port}`
    await new Promise((resolve) => gone.close(resolve))
    await expect(fetchAt({ elsewhere })(`http://${elsewhere}/`)).rejects.toThrow(`no answer from ${elsewhere} (ECONNREFUSED)`)
    expect(platformAt('https://cityos.city.example').address).toEqual({ elsewhere: 'cityos.city.example' })
    expect(platformAt('http://cityos.localhost:8081').address).toEqual({ port: 8081 })
  })

  test('say that nobody listens', async () => {
    await expect(fetchAt({ socket: '/tmp/no-such.sock' })('http://node/status')).rejects.toBeInstanceOf(Unreachable)
  })

  test('an occupied port is refused with the holder’s name', async () => {
    expect(holderOf(port)?.pid).toBe(process.pid)
    await expect(requireFreePort(port)).rejects.toThrow(`Port ${port} is taken by`)
    await expect(requireFreePort(0)).rejects.toThrow('is not a port')
  })
})
