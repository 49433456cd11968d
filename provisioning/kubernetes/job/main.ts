import { readFileSync } from 'node:fs'
import { jobServer } from './server.ts'
import { JobTask, jobPort } from './task.ts'

// One Job of a tenant in a cluster (its archive, a rehearsal, its migrations), with the release whose image it runs. It reads
// its task from the file CITYOS_TASK_FILE names and waits for the control plane to come. When nobody comes, or nobody comes
// back, it ends by itself: whoever takes the operation up again makes the Job anew.

/** Milliseconds without anybody, after which the process ends. */
const patience = 120_000
const lookEvery = 5_000

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

process.once('uncaughtException', fail)
process.once('unhandledRejection', fail)
// The first process of a pod ends by no signal it does not handle; a Job that is taken away has nothing to finish.
process.once('SIGTERM', () => process.exit(143))

const file = process.env['CITYOS_TASK_FILE']
if (!file) fail('CITYOS_TASK_FILE does not say where the task is')
const task = JobTask.parse(JSON.parse(readFileSync(file, 'utf8')))
const server = jobServer(task, {
  done: () => process.exit(0),
  note: (message) => process.stdout.write(`${message}\n`),
})
let underWay = 0
let lastSeen = performance.now()
server.on('request', (_request, response) => {
  underWay += 1
  response.once('close', () => {
    underWay -= 1
    lastSeen = performance.now()
  })
})
setInterval(() => {
  if (underWay === 0 && performance.now() - lastSeen > patience) fail(`nobody came for ${patience / 1000} s: the control plane is gone`)
}, lookEvery).unref()
server.listen(jobPort, '0.0.0.0', () => process.stdout.write(`ready to ${task.work.task}\n`))
