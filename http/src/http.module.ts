import { type DynamicModule, type ForwardReference, Module, type Provider, type Type } from '@nestjs/common'
import { DiscoveryModule } from '@nestjs/core'
import { ApiCaller } from './api-caller.ts'
import { Authorizer } from './authorizer.ts'
import { EndpointRegistry } from './endpoint-registry.ts'
import { EventStreams } from './event-streams.ts'
import { RegisterMessages } from './messages.ts'
import { Metrics } from './metrics.ts'
import { Authenticator, EndpointGate, ErrorMessages, IdempotencyStore } from './ports.ts'
import { RateLimiter } from './rate-limit.ts'
import { RequestContexts } from './request.ts'
import { EndpointServer } from './server.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'
import { AnswerWriter } from './writer.ts'

export interface PlaneHttp {
  settings: HttpSettings
  authenticator: Type<Authenticator>
  authorizer: Type<Authorizer>
  gate?: Type<EndpointGate>
  idempotency?: Type<IdempotencyStore>
  messages?: Type<ErrorMessages>
  /** Modules whose exports those classes need (global modules need no entry). */
  imports?: (Type | DynamicModule | ForwardReference)[]
}

/** The HTTP wiring both planes share. Import it once, in the plane's root module. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a class with a static factory
export class HttpModule {
  static forPlane(plane: PlaneHttp): DynamicModule {
    const providers: Provider[] = [
      { provide: HTTP_SETTINGS, useValue: plane.settings },
      { provide: Authenticator, useClass: plane.authenticator },
      { provide: Authorizer, useClass: plane.authorizer },
      { provide: ErrorMessages, useClass: plane.messages ?? RegisterMessages },
      ...(plane.gate ? [{ provide: EndpointGate, useClass: plane.gate }] : []),
      ...(plane.idempotency ? [{ provide: IdempotencyStore, useClass: plane.idempotency }] : []),
      Metrics,
      RateLimiter,
      EndpointRegistry,
      ApiCaller,
      RequestContexts,
      AnswerWriter,
      EventStreams,
      EndpointServer,
    ]
    return {
      module: HttpModule,
      global: true,
      imports: [DiscoveryModule, ...(plane.imports ?? [])],
      providers,
      exports: [
        HTTP_SETTINGS,
        ApiCaller,
        RateLimiter,
        Metrics,
        EndpointRegistry,
        RequestContexts,
        AnswerWriter,
        EventStreams,
        ErrorMessages,
        Authorizer,
        Authenticator,
      ],
    }
  }
}
