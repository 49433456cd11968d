import { DomainError } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { asDomainError } from './failure.ts'

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })

describe('a database that is away is 503 dependency_unavailable, never 500', () => {
  it.each([
    ['refused connection', coded('ECONNREFUSED')],
    ['socket file gone', coded('ENOENT')],
    ['connection reset', coded('ECONNRESET')],
    ['shut down by the administrator', coded('57P01')],
    ['crash of another backend', coded('57P02')],
    ['starting up', coded('57P03')],
    ['connection failure', coded('08006')],
    ['out of connections', coded('53300')],
    ['disk full', coded('53100')],
    ['registry not reachable', coded('P1001')],
    ['cut in the middle of a statement', new Error('Connection terminated unexpectedly')],
    ['timed out while connecting', new Error('timeout exceeded when trying to connect')],
    ['timed out while connecting, cut', new Error('Connection terminated due to connection timeout')],
    ['client that broke before', new Error('Client has encountered a connection error and is not queryable')],
    ['client that is closed', new Error('Client was closed and is not queryable')],
    ['wrapped by the workflow engine', new Error('step failed', { cause: coded('57P01') })],
    ['every address tried', new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])],
  ])('%s', (_name, thrown) => {
    const error = asDomainError(thrown)
    expect([error.status, error.code]).toEqual([503, 'dependency_unavailable'])
    expect(error.details).toEqual({ retry_after: 2 })
  })
})

it.each([
  ['a bug', new TypeError('x is undefined')],
  ['a violated constraint', coded('23505')],
  ['a broken statement', coded('42601')],
  ['not an error at all', 'text'],
])('%s stays 500', (_name, thrown) => {
  expect(asDomainError(thrown).code).toBe('internal_error')
})

it('ends on an error that causes itself', () => {
  const error = new Error('round')
  error.cause = error
  expect(asDomainError(error).code).toBe('internal_error')
})

it('a domain error is what it says, whatever caused it', () => {
  expect(asDomainError(new DomainError('not_found', { cause: coded('57P01') })).code).toBe('not_found')
})
