import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DomainError, type ErrorCode } from '@cityos/contract'
import { ArchiveReport } from '../../archive/archive.ts'
import { ArchiveLine } from '../../archive/task.ts'
import type { PlaneAddress } from '../plane-client.ts'

/** Milliseconds of silence after which nobody is there any more: a pod at work says something every few seconds. */
const longestSilence = 60_000
/** What says that the archive is no good, or not for this; trying again would not help. */
const final = new Set<string>(['archive_damaged', 'archive_wrong_key', 'archive_newer_schema', 'not_found', 'unknown_release'])

/** The pod of a Job, as whoever started it speaks to it (`job/server.ts`). */
export class JobPod {
  private readonly address: PlaneAddress
  private readonly token: string

  constructor(address: PlaneAddress, token: string) {
    this.address = address
    this.token = token
  }

  /** Whether it answers, and has removed what it was to remove. */
  async isReady(): Promise<boolean> {
    try {
      const { statusCode } = (await this.send('GET', '/ready')).answer.resume()
      if (statusCode === 401) throw new Error('the pod belongs to another run of this job')
      return statusCode === 204
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code) return false // not up yet
      throw error
    }
  }

  /** The archive it writes, into `sink`, which is ended. @returns what the writer says of it */
  async fetch(sink: Writable): Promise<ArchiveReport> {
    const { answer } = await this.send('GET', '/archive')
    try {
      await pipeline(answer, sink)
    } catch (error) {
      // The pod knows better why it broke off, if it still answers.
      await this.told('GET', '/report')
      throw error
    }
    return ArchiveReport.parse(await this.told('GET', '/report'))
  }

  /** It reads the archive from beginning to end, and changes nothing. @throws DomainError archive_… */
  check(archive: Readable): Promise<unknown> {
    return this.told('POST', '/check', archive)
  }

  /** It does its work, with the archive where it is about one. */
  run(archive?: Readable): Promise<unknown> {
    return this.told('POST', '/run', archive)
  }

  /** Nothing more is wanted of it: it ends. */
  async done(): Promise<void> {
    const { answer } = await this.send('POST', '/done')
    answer.resume()
  }

  /** The last of the lines it answers. */
  private async told(method: 'GET' | 'POST', path: string, body?: Readable): Promise<unknown> {
    const { answer, sent } = await this.send(method, path, body)
    if (answer.statusCode !== 200) throw new Error(`the job’s pod answers ${method} ${path} with ${answer.statusCode}`)
    let end: { done: unknown } | { error: { code: string; message: string } } | null = null
    try {
      for await (const text of createInterface({ input: answer })) {
        const line = ArchiveLine.parse(JSON.parse(text))
        if ('progress' in line) continue
        end = line
        // An answer before all of it was sent: the rest is not wanted, and the pod ends its answer when nothing more comes.
        body?.unpipe().destroy()
        sent.end()
      }
    } finally {
      body?.destroy()
    }
    if (end === null || !answer.complete) throw new Error(`the job’s pod broke off its answer to ${path}`)
    if ('done' in end) return end.done
    throw failure(end.error)
  }

  private send(method: 'GET' | 'POST', path: string, body?: Readable): Promise<{ answer: IncomingMessage; sent: ClientRequest }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}`, ...(body || method === 'GET' ? {} : { 'content-length': 0 }) }
      const sent = request({ ...this.address, method, path, headers, agent: false }, (answer) => resolve({ answer, sent }))
      sent.setTimeout(longestSilence, () => sent.destroy(new Error(`the job’s pod was silent for ${longestSilence / 1000} s`)))
      sent.once('error', (error) => {
        body?.destroy()
        reject(error)
      })
      if (!body) return void sent.end()
      body.once('error', (error) => sent.destroy(error))
      body.pipe(sent)
    })
  }
}

function failure({ code, message }: { code: string; message: string }): Error {
  if (final.has(code)) return new DomainError(code as ErrorCode, { message })
  return new Error(message)
}
