// A data plane for tests of the node and the gateway: speaks the Binding protocol, sells nothing.
import { createHash, createHmac } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

/** The minute's proof that a data plane is calling (HS256 with its plane key). */
function tokenFor(tenantId, key) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const signed = `${part({ alg: 'HS256' })}.${part({ iss: 'data-plane', aud: 'node', tenant_id: tenantId, iat: now, exp: now + 60 })}`
  return `${signed}.${createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64url')}`
}

const tell = (message) => writeSync(3, `${JSON.stringify(message)}\n`)
const reader = createInterface({ input: process.stdin })
tell({ ready: 'unbound' })

reader.once('close', () => {
  if (!bound) process.exit(0)
})
let bound = false
reader.once('line', (line) => {
  bound = true
  reader.close()
  process.stdin.destroy()
  start(JSON.parse(line))
})

/** The tenant's lease, as a file: whoever could make it holds it. What happens to it stands in a log beside it. */
class Lease {
  held = false
  constructor(file) {
    this.file = file
  }
  try() {
    if (this.held) return true
    try {
      if (existsSync(this.file) && !existsSync(`/proc/${readFileSync(this.file, 'utf8')}`)) rmSync(this.file, { force: true })
      writeFileSync(this.file, String(process.pid), { flag: 'wx' })
      this.held = true
      appendFileSync(`${this.file}.log`, `take ${process.pid}\n`)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    return this.held
  }
  giveUp() {
    if (!this.held) return
    this.held = false
    appendFileSync(`${this.file}.log`, `give ${process.pid}\n`)
    rmSync(this.file, { force: true })
  }
}

function start(binding) {
  const { tenant } = binding
  // How this release behaves: its folder says.
  const behaviour = existsSync(`${binding.release_dir}/behaviour.json`)
    ? JSON.parse(readFileSync(`${binding.release_dir}/behaviour.json`, 'utf8'))
    : {}
  if (behaviour.crashOnBoot) {
    tell({ error: 'this release does not boot' })
    process.exit(1)
  }
  const lease = new Lease(`${dirname(binding.listen.socket)}/lease-${tenant.id}`)
  // One that does not stand by goes on asking.
  const asking = setInterval(() => binding.standby || lease.try(), 50)
  if (!binding.standby) lease.try()
  const held = []
  if (tenant.plan === 'broken') {
    tell({ error: 'the plan is broken' })
    process.exit(1)
  }
  const json = (response, status, data) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data, meta: { request_id: 'req_test' }, errors: [] }))
  }
  let seeded = false
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url, 'http://plane')
    if (url.pathname === '/health') return json(response, 200, { status: 'ok' })
    if (url.pathname === '/pid')
      return json(response, 200, {
        pid: process.pid,
        tenant: tenant.id,
        host: incoming.headers.host,
        headers: incoming.headers,
        url: incoming.url,
      })
    if (behaviour.failing && url.pathname.startsWith('/v1/')) return json(response, 500, null)
    if (url.pathname === '/en' || url.pathname === '/v1/store/products') return json(response, 200, [])
    if (/^\/v1\/store\/carts\/.*\/complete$/.test(url.pathname)) return json(response, 201, { release: tenant.release })
    if (url.pathname === '/release') return json(response, 200, { release: tenant.release, pid: process.pid, lease: lease.held })
    if (url.pathname === '/held') {
      // Answered when a test asks for it.
      held.push(() => json(response, 200, { release: tenant.release }))
      return
    }
    if (url.pathname === '/held/count') return json(response, 200, held.length)
    if (url.pathname === '/held/answer') {
      for (const answer of held.splice(0)) answer()
      return json(response, 200, null)
    }
    if (url.pathname === '/internal/activate') {
      return json(response, 200, { lease: lease.try() })
    }
    if (url.pathname === '/internal/probe') {
      if (behaviour.hangingProbe) return
      const ok = !behaviour.failingHold
      return json(response, 200, {
        ok,
        checks: [{ name: 'hold', ok, milliseconds: 1, message: ok ? null : 'nothing can be held' }],
      })
    }
    if (url.pathname === '/binding') return json(response, 200, binding)
    if (url.pathname === '/log') {
      console.log(url.searchParams.get('line'))
      return json(response, 200, null)
    }
    if (url.pathname === '/hang') for (;;);
    if (url.pathname === '/crash') process.kill(process.pid, 'SIGKILL')
    if (url.pathname === '/internal/seed') {
      const changed = !seeded
      seeded = true
      return json(response, 200, { changed })
    }
    if (url.pathname === '/internal/health') {
      return json(response, 200, {
        status: 'ok',
        release: 'test',
        schema: 'test',
        uptime_s: 1,
        tenant_version: tenant.version,
        dependencies: {},
        next_due_at: null,
        usage: {
          orders: 0,
          gmv_amount: 0,
          products: 0,
          customers: 0,
          database_bytes: 0,
          memory_bytes: 0,
          requests: 0,
          last_request_at: null,
        },
      })
    }
    if (url.pathname === '/small') {
      // Refuses by the announced length and closes, without reading the body.
      response.writeHead(413, { 'content-type': 'application/json', connection: 'close' })
      response.end(
        JSON.stringify({ data: null, meta: { request_id: 'req_test' }, errors: [{ code: 'file_too_large', message: 'too large' }] }),
      )
      return
    }
    if (url.pathname === '/upload') {
      const hash = createHash('sha256')
      let size = 0
      incoming.on('data', (chunk) => {
        hash.update(chunk)
        size += chunk.length
      })
      incoming.on('end', () => json(response, 200, { size, sha256: hash.digest('hex') }))
      return
    }
    if (url.pathname === '/sleep') {
      const body = JSON.stringify({ next_due_at: url.searchParams.get('until') })
      const idle = request(
        {
          socketPath: binding.supervisor.socket,
          method: 'POST',
          path: `/planes/${url.searchParams.get('as') ?? tenant.id}/idle`,
          headers: {
            authorization: `Bearer ${tokenFor(tenant.id, binding.secrets.plane_key)}`,
            'content-type': 'application/json',
            'content-length': body.length,
          },
        },
        (answer) => {
          answer.resume()
          json(response, 200, { status: answer.statusCode })
        },
      )
      idle.end(body)
      return
    }
    if (url.pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      incoming.on('close', () => response.end())
      // The next event goes out when the test asks for it: nothing here depends on time.
      streams.push(response)
      return
    }
    if (url.pathname === '/events/send') {
      for (const stream of streams) stream.write(`data: ${url.searchParams.get('text')}\n\n`)
      return json(response, 200, { streams: streams.length })
    }
    if (url.pathname === '/half') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
      return
    }
    json(response, 404, null)
  })
  const streams = []
  server.on('upgrade', (incoming, socket, head) => {
    const accept = createHash('sha1')
      .update(`${incoming.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
    if (head.length > 0) socket.unshift(head)
    // Echoes masked client frames of up to 125 bytes.
    socket.on('data', (frame) => {
      const length = frame[1] & 0x7f
      const mask = frame.subarray(2, 6)
      const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]))
      socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]))
    })
    socket.on('end', () => socket.end())
    socket.on('error', () => socket.destroy())
  })
  process.on('SIGTERM', () => {
    clearInterval(asking)
    server.close(() => {
      lease.giveUp()
      process.exit(0)
    })
    setInterval(() => server.closeIdleConnections(), 20)
    for (const stream of streams) stream.end('retry: 500\n\n')
  })
  server.listen(binding.listen.socket, () => tell({ ready: 'bound' }))
}
