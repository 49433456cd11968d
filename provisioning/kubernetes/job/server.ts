import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '@cityos/contract'
import { ArchiveError } from '../../archive/archive-error.ts'
import { JobWorker } from './perform.ts'
import type { JobTask } from './task.ts'

/** So often something is said while there is work, so that nobody in between takes the connection for dead; milliseconds. */
const sayEvery = 5_000
/** Milliseconds that whoever sends an archive gets to stop once it has heard how it went. */
const stopsWithin = 30_000

export interface JobServerOptions {
  /** Called when whoever started the Job has what it wanted; after it nobody is answered. */
  done(): void
  note?(message: string): void
}

/**
 * How the control plane gets an archive out of a Job's pod, or into it. It comes to the pod, as it comes to web pods: the pod
 * itself calls nobody.
 *
 *     GET  /ready    204 as soon as what is no longer needed has been removed
 *     GET  /archive  the archive as it is written; cut off when that fails
 *     GET  /report   how the writing went
 *     POST /check    an archive comes in and is read from beginning to end
 *     POST /run      it comes once more (or nothing, for work without one) and is loaded
 *     POST /done     nothing more is wanted: the process ends
 *
 * Work answers lines of JSON: `{progress}` now and then, at the end `{done}` or `{error: {code, message}}`.
 */
export function jobServer(task: JobTask, options: JobServerOptions): Server {
  const note = options.note ?? (() => undefined)
  const worker = new JobWorker(task, note)
  let tidied: Promise<void> | null = null
  let report: Promise<unknown> | null = null

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isAllowed(request, task.token)) return void response.writeHead(401).end()
    switch (`${request.method} ${request.url}`) {
      case 'GET /ready':
        tidied ??= worker.tidy()
        await tidied
        return void response.writeHead(204).end()
      case 'GET /archive': {
        response.writeHead(200, { 'content-type': 'application/octet-stream' })
        report = worker.write(response)
        // Told at /report; here the broken stream says enough.
        return void (await report.catch(() => response.destroy()))
      }
      case 'GET /report':
        return told(request, response, () => report ?? Promise.reject(new Error('no archive was written yet')))
      case 'POST /check':
        return told(request, response, () => worker.check(bodyOf(request)))
      case 'POST /run':
        return told(request, response, () => worker.run(bodyOf(request)))
      case 'POST /done':
        response.writeHead(204).end(() => options.done())
        return
      default:
        return void response.writeHead(404).end()
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      note(`${request.method} ${request.url} failed: ${error instanceof Error ? error.message : String(error)}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    })
  })
  // An archive takes as long as it takes.
  server.requestTimeout = 0
  return server
}

/**
 * Does the work, and says how it went as lines of JSON. What still comes in after the last line is read and dropped until its
 * sender stops: a connection that is closed on somebody who is writing takes the answer with it.
 */
async function told(request: IncomingMessage, response: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const say = (line: object) => response.write(`${JSON.stringify(line)}\n`)
  const beat = setInterval(() => say({ progress: 'at work' }), sayEvery)
  try {
    say({ done: (await work()) ?? null })
  } catch (error) {
    say({ error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } })
  } finally {
    clearInterval(beat)
    await drained(request)
    response.end()
  }
}

async function drained(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  request.unpipe()
  request.resume()
  await Promise.race([once(request, 'end'), once(request, 'close'), delay(stopsWithin, undefined, { ref: false })]).catch(() => undefined)
}

/**
 * What comes in, as a stream of its own: who stops reading it in the middle (a damaged archive) does not close the connection
 * on which the answer goes out.
 */
function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough()
  request.pipe(body)
  request.once('error', (error) => body.destroy(error))
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('the archive stopped coming: the connection broke'))
  })
  return body
}

function codeOf(error: unknown): string {
  return error instanceof ArchiveError || error instanceof DomainError ? error.code : 'failed'
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const [given, wanted] = [Buffer.from(headers.authorization ?? ''), Buffer.from(`Bearer ${token}`)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
