import type { DynamicModule, LoggerService, Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Log } from './log.ts'
import { hostOf } from './request.ts'
import { EndpointServer } from './server.ts'
import type { HttpSettings } from './settings.ts'

/** What a plane adds to the endpoints: pages, static files. Routes match before the plane's 404. */
export type Mount = (scope: FastifyInstance, app: NestFastifyApplication) => void | Promise<void>

export interface PlaneAppOptions {
  log: Log
  mount?: Mount
  /** Sees every request and answer; called before anything is mounted. */
  watch?: (instance: FastifyInstance, app: NestFastifyApplication) => void
  /** Lets routes be bound to a front door: `constraints: { surface: 'store' }`. */
  surfaceOf?: HttpSettings['surfaceOf']
}

/**
 * Makes a plane's application: Nest composes it, Fastify serves it. Ready to `listen` or `inject`.
 * @param root the plane's root module (imports HttpModule.forPlane)
 */
export async function createPlaneApp(root: Type | DynamicModule, options: PlaneAppOptions): Promise<NestFastifyApplication> {
  const instance = fastify({
    trustProxy: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256, constraints: { surface: surfaceConstraint(options.surfaceOf) } },
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000,
  })
  const adapter = new FastifyAdapter(instance as never)
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: nestLogger(options.log),
    abortOnError: false,
  })
  options.watch?.(instance as unknown as FastifyInstance, app)
  await instance.register(async (scope) => {
    await options.mount?.(scope as unknown as FastifyInstance, app)
  })
  await instance.register(async (scope) => {
    app.get(EndpointServer).mount(scope as unknown as FastifyInstance)
  })
  await app.init()
  await instance.ready()
  return app
}

/** Nest's own lines in our format; its chatter about modules stays at debug. */
function nestLogger(log: Log): LoggerService {
  const fields = (rest: unknown[]): { context: unknown } => ({ context: rest.at(-1) })
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(fields(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(fields(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      log.error(fields(rest), message instanceof Error ? (message.stack ?? message.message) : String(message)),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(fields(rest), String(message)),
  }
}

/** A route constraint by front door; routes without it answer on all of them. */
function surfaceConstraint(surfaceOf: HttpSettings['surfaceOf'] | undefined) {
  return {
    name: 'surface',
    mustMatchWhenDerived: false,
    storage() {
      const handlers = new Map<unknown, unknown>()
      return {
        get: (surface: unknown) => handlers.get(surface) ?? null,
        set: (surface: unknown, handler: unknown) => handlers.set(surface, handler),
      }
    },
    validate() {},
    deriveConstraint(request: { headers: FastifyRequest['headers']; url?: string }) {
      return surfaceOf?.(hostOf(request as FastifyRequest), request.url ?? '/') ?? undefined
    },
  } as never
}
