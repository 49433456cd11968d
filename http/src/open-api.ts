import { type AnyEndpoint, type ErrorCode, errorStatus } from '@cityos/contract'
import { z } from 'zod'

type Json = Record<string, unknown>

const sharedErrors: ErrorCode[] = ['invalid_request', 'rate_limited', 'internal_error', 'dependency_unavailable']
const failure = { $ref: '#/components/schemas/Failure' }

/**
 * OpenAPI 3.1 document of the given endpoints; operations carry `x-access`, `x-errors` and `x-idempotency-key`,
 * which the authorisation and isolation tests read.
 */
export function openApiDocument(endpoints: readonly AnyEndpoint[], info: { title: string; version: string }): Json {
  const paths: Record<string, Json> = {}
  for (const endpoint of [...endpoints].sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method))) {
    paths[endpoint.path] ??= {}
    paths[endpoint.path]![endpoint.method.toLowerCase()] = operation(endpoint)
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      schemas: { Failure: failureSchema() },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        publishableKey: { type: 'apiKey', in: 'header', name: 'X-Publishable-Key' },
      },
    },
  }
}

function operation(endpoint: AnyEndpoint): Json {
  const codes = [...new Set([...sharedErrors, ...accessErrors(endpoint), ...endpoint.errors])]
  const statuses = [...new Set(codes.map((code) => errorStatus[code]))].sort()
  const hasBody = endpoint.method !== 'GET' && Object.keys((endpoint.body as z.ZodObject).shape ?? { body: 1 }).length > 0
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [endpoint.path.split('/').slice(2, 4).join('/')],
    'x-access': endpoint.access,
    'x-errors': codes,
    'x-idempotency-key': endpoint.idempotencyKey,
    ...(endpoint.vertical ? { 'x-vertical': endpoint.vertical } : {}),
    ...(endpoint.access.who === 'anyone' ? {} : { security: [{ bearer: [] }] }),
    parameters: parametersOf(endpoint),
    ...(hasBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } } } }
      : {}),
    responses: {
      [endpoint.status]: { description: 'OK', ...(endpoint.status === 204 ? {} : { content: answerContent(endpoint) }) },
      ...Object.fromEntries(
        statuses.map((status) => [
          status,
          {
            description: codes.filter((code) => errorStatus[code] === status).join(', '),
            content: { 'application/json': { schema: failure } },
          },
        ]),
      ),
    },
  }
}

function accessErrors(endpoint: AnyEndpoint): ErrorCode[] {
  const codes: ErrorCode[] = endpoint.access.who === 'anyone' ? [] : ['unauthenticated', 'forbidden']
  if (endpoint.path.includes('{') || endpoint.vertical) codes.push('not_found')
  if (endpoint.idempotencyKey) codes.push('idempotency_key_required', 'idempotency_conflict', 'request_in_progress')
  return codes
}

function parametersOf(endpoint: AnyEndpoint): Json[] {
  const list: Json[] = []
  for (const [place, schema] of [
    ['path', endpoint.params],
    ['query', endpoint.query],
  ] as const) {
    const object = jsonSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] }
    for (const [name, property] of Object.entries(object.properties ?? {})) {
      list.push({ name, in: place, required: place === 'path' || (object.required ?? []).includes(name), schema: property })
    }
  }
  if (endpoint.idempotencyKey)
    list.push({ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 8, maxLength: 128 } })
  return list
}

function answerContent(endpoint: AnyEndpoint): Json {
  const data = jsonSchema(endpoint.response, 'output')
  if (endpoint.kind === 'stream') return { 'text/event-stream': { schema: data } }
  const paging = { offset: { type: 'integer' }, limit: { type: 'integer' }, total: { type: 'integer' } }
  const isList = endpoint.kind === 'list'
  return {
    'application/json': {
      schema: {
        type: 'object',
        required: ['data', 'meta', 'errors'],
        properties: {
          data: isList ? { type: 'array', items: data } : data,
          meta: { type: 'object', properties: { request_id: { type: 'string' }, ...(isList ? paging : {}) } },
          errors: { type: 'array', maxItems: 0 },
        },
      },
    },
  }
}

function failureSchema(): Json {
  return {
    type: 'object',
    required: ['data', 'meta', 'errors'],
    properties: {
      data: { type: 'null' },
      meta: { type: 'object', properties: { request_id: { type: 'string' } } },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: { type: 'string', enum: Object.keys(errorStatus) },
            message: { type: 'string' },
            field: { type: 'string' },
            details: { type: 'object' },
          },
        },
      },
    },
  }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}
