import { type IncomingMessage, request } from 'node:http'
import { type Binding, DomainError } from '@cityos/contract'
import { signPlaneToken } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { Clock } from '../../platform/clock/clock.ts'

export interface ControlPlaneCall {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
}

/** The way from this data plane to the control plane: a unix socket on one machine, an origin elsewhere. */
@Injectable()
export class ControlPlane {
  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    private readonly clock: Clock,
  ) {}

  /** A header that proves, for 60 seconds, that this tenant's data plane is calling. */
  async planeHeaders(audience: 'control-plane' | 'node' = 'control-plane'): Promise<Record<string, string>> {
    const claims = { iss: 'data-plane' as const, aud: audience, tenant_id: this.binding.tenant.id }
    return { authorization: `Bearer ${await signPlaneToken(this.binding.secrets.plane_key, claims, new Date(this.clock.machineTime()))}` }
  }

  /**
   * Sends a request; the answer's body is not read yet.
   * @throws DomainError dependency_unavailable when the control plane cannot be reached
   */
  open(call: ControlPlaneCall): Promise<IncomingMessage> {
    const issuer = new URL(this.binding.issuer)
    const target = this.binding.control_plane
    const place =
      'socket' in target ? { socketPath: target.socket } : { host: new URL(target.origin).hostname, port: new URL(target.origin).port }
    return new Promise((resolve, reject) => {
      const sent = request(
        { ...place, method: call.method, path: call.path, headers: { host: issuer.host, ...call.headers }, signal: call.signal },
        resolve,
      )
      sent.once('error', (error) =>
        reject(new DomainError('dependency_unavailable', { cause: error, details: { dependency: 'control-plane' } })),
      )
      sent.end(call.body)
    })
  }

  /** Sends a request that must be answered within ten seconds, and reads the answer as JSON (null when it is not). */
  async fetch(call: ControlPlaneCall): Promise<{ status: number; body: unknown }> {
    const signal = AbortSignal.timeout(10_000)
    const answer = await this.open({ ...call, signal })
    const chunks: Buffer[] = []
    for await (const chunk of answer) chunks.push(chunk as Buffer)
    return { status: answer.statusCode ?? 502, body: parseJson(Buffer.concat(chunks).toString('utf8')) }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
