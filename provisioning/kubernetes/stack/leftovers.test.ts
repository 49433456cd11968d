import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { endLeftovers, stackVariable } from './leftovers.ts'

const sleeper = (stack: string) =>
  spawn(process.execPath, ['-e', 'process.send("up"); setInterval(() => {}, 1000)'], {
    env: { [stackVariable]: stack },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })

it('what an earlier run of a stack left is ended, and nothing of another stack', async () => {
  const [left, other] = [sleeper('tenant-left'), sleeper('tenant-left-2')]
  try {
    await Promise.all([once(left, 'message'), once(other, 'message')])
    const ended = once(left, 'exit')
    expect(endLeftovers('tenant-left')).toEqual([left.pid])
    expect((await ended)[1]).toBe('SIGKILL')
    expect(other.exitCode).toBeNull()
    expect(endLeftovers('tenant-left')).toEqual([])
  } finally {
    other.kill('SIGKILL')
  }
})
