import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newArchiveKey } from '../../archive/key.ts'
import { JobPod } from './job-pod.ts'

const token = randomBytes(32).toString('base64url')
/** A process of its own, as a pod is one: within this one the two ends would take turns. */
const program = `
  import { jobServer } from ${JSON.stringify(new URL('../job/server.ts', import.meta.url).href)}
  const server = jobServer(JSON.parse(process.argv[1]), { done: () => server.close() })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`
let child: ChildProcess
let pod: JobPod

beforeAll(async () => {
  const work = {
    task: 'load',
    identity: await newArchiveKey(),
    databaseUrl: 'postgres://nowhere/none',
    filesDir: '/nowhere',
    copy: null,
    forward: false,
  }
  const task = JSON.stringify({ token, releaseDir: '/nowhere', remove: [], work })
  child = spawn(process.execPath, ['--input-type=module', '--eval', program, task], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout!, 'data')) as [Buffer]
  pod = new JobPod({ host: '127.0.0.1', port: Number(port.toString()) }, token)
})
afterAll(() => child.kill())

/** As long as an archive, and none. */
async function* noArchive() {
  for (let sent = 0; sent < 200; sent += 1) yield randomBytes(65_536)
}

it('what is wrong with an archive is heard, however much of it is still on its way', async () => {
  const tries = Array.from({ length: 60 }, () => pod.check(Readable.from(noArchive())))
  const heard = (await Promise.allSettled(tries)).map((end) =>
    end.status === 'rejected' ? (end.reason.code ?? end.reason.message) : 'taken',
  )
  expect(heard).toEqual(tries.map(() => 'archive_damaged'))
})

it('ends when nothing more is wanted of it', async () => {
  await pod.done()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
})
