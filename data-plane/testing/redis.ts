import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestRedis {
  url: string
  stop(): Promise<void>
}

/** Whether the machine has a Redis server: `apt-get install redis-server` gives one. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** A Redis of its own on a unix socket, nothing kept on disk. */
export async function startTestRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-redis-'))
  const socket = join(folder, 'redis.sock')
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ready = Promise.withResolvers<void>()
  server.stdout.on('data', (chunk: Buffer) => chunk.includes('eady to accept connections') && ready.resolve())
  server.once('exit', () => ready.reject(new Error('redis-server ended before it was ready')))
  await ready.promise
  return {
    url: socket,
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
