import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnyEndpoint, type Call, DomainError, type ErrorCode, type Locale, type TenantDocument, tokensOfBrand } from '@cityos/contract'
import { type Actor, type AnswerWriter, type ApiCaller, Cookies, RequestContext, type RequestContexts } from '@cityos/http'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mountStorefront } from '../mount.ts'
import type { VerticalStorefront } from '../vertical-storefront.ts'
import { refuse, sampleAnswers } from './sample-answers.ts'
import { sampleTenant } from './sample-data.ts'

export type SampleAnswer = (call: Call<AnyEndpoint>, locale: Locale) => unknown

export interface SampleServer {
  app: FastifyInstance
  /** Calls of the API the pages made, in order. */
  calls: { id: string; call: Call<AnyEndpoint>; idempotencyKey: string | null }[]
  /** Changes what one operation answers. */
  answer(id: string, answer: SampleAnswer): void
}

const manifest = { 'client/main.ts': { file: 'main.js', css: ['main.css'], assets: ['plex-latin-400-x.woff2', 'plex-arabic-400-x.woff2'] } }

let builtAssets: string | undefined

/** A manifest without files behind it: pages name them, nobody loads them. One folder for all servers of a test run. */
function assetsFolder(): string {
  if (builtAssets) return builtAssets
  const folder = mkdtempSync(join(tmpdir(), 'storefront-assets-'))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  builtAssets = folder
  return folder
}

/**
 * The storefront over a shop of sample data. What the sample answers must fit the contracts' schemas,
 * so a contract that changes fails here too.
 * @param options.assetsDir a built client, to look at the pages in a browser
 */
export async function startSampleServer(
  options: {
    tenant?: Partial<TenantDocument>
    actor?: Actor
    assetsDir?: string
    pictures?: (number: number) => string
    refusal?: ErrorCode
    /** Pages of verticals; which are on, the tenant document says. */
    verticals?: readonly VerticalStorefront[]
    /** Answers of the verticals' operations. */
    answers?: Record<string, SampleAnswer>
  } = {},
): Promise<SampleServer> {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } })
  const answers = new Map<string, SampleAnswer>(Object.entries({ ...sampleAnswers, ...options.answers }))
  const calls: SampleServer['calls'] = []
  const tenant = sampleTenant(options.tenant)
  const caller = {
    async call(endpoint: AnyEndpoint, call: Call<AnyEndpoint>, ctx: RequestContext) {
      calls.push({ id: endpoint.id, call, idempotencyKey: ctx.idempotencyKey })
      if (endpoint.access.who === 'customer' && ctx.actor.kind !== 'customer') refuse('unauthenticated')
      const answer = answers.get(endpoint.id)
      if (!answer) throw new Error(`no sample answer for ${endpoint.id}`)
      z.object({ query: endpoint.query, params: endpoint.params, body: endpoint.body }).parse({
        query: call.query ?? {},
        params: call.params ?? {},
        body: call.body ?? {},
      })
      const value = answer(call, ctx.locale)
      return endpoint.kind === 'list'
        ? z.object({ items: z.array(endpoint.response), total: z.int() }).parse(value)
        : endpoint.response.parse(value)
    },
  } as unknown as ApiCaller
  const contexts = {
    bare: (request: FastifyRequest) =>
      new RequestContext({
        cookies: new Cookies(request.headers.cookie, false),
        host: 'souq.localhost',
        headers: request.headers,
        locale: request.headers['accept-language']?.startsWith('ar') ? 'ar' : 'en',
        surface: 'store',
      }),
    identified: async (ctx: RequestContext) => {
      if (options.refusal) throw new DomainError(options.refusal)
      return options.actor ? ctx.with({ actor: options.actor }) : ctx
    },
  } as unknown as RequestContexts
  const writer = {
    head: (reply: FastifyReply, ctx: RequestContext) => {
      const cookies = ctx.cookies.changes()
      if (cookies.length > 0) reply.header('set-cookie', cookies)
    },
    finished: () => undefined,
  } as unknown as AnswerWriter
  app.get('/v1/files/:name', (request, reply) => {
    const number = Number(/\d+/.exec((request.params as { name: string }).name)?.[0] ?? 0)
    return reply.type('image/svg+xml').send(options.pictures?.(number) ?? '<svg xmlns="http://www.w3.org/2000/svg"/>')
  })
  await mountStorefront(app, {
    contexts,
    caller,
    writer,
    tenant: { document: tenant },
    clock: { now: () => new Date('2026-11-22T12:00:00Z') },
    publicOrigin: { scheme: 'http', port: 8080 },
    look: async () => ({ id: null, tokens: tokensOfBrand('#0f766e'), logo_light_url: null }),
    assetsDir: options.assetsDir ?? assetsFolder(),
    formerAssetsDirs: [],
    verticals: options.verticals ?? [],
  })
  return { app, calls, answer: (id, answer) => void answers.set(id, answer) }
}
