import { ApiError, type Client, createClient, readSession } from '@cityos/contract'
import { toConsoleError } from './failure.ts'

export interface ConsoleClientOptions {
  /** Asks the server for a fresh access token; true when the session goes on. */
  renew?: () => Promise<boolean>
  fetch?: typeof fetch
}

/**
 * The typed client as screens use it: same host, cookies, failures as ConsoleError. An access token lives 15 minutes; when
 * it has run out the session is renewed once (however many calls noticed) and the call repeated with the same key.
 */
export function createConsoleClient(options: ConsoleClientOptions = {}): Client {
  const client = createClient({
    origin: '',
    fetch: options.fetch ?? ((input, init) => fetch(input, { ...init, credentials: 'same-origin' })),
  })
  let renewing: Promise<boolean> | null = null
  const renew = () => {
    renewing ??= (options.renew ?? (async () => false))().finally(() => {
      renewing = null
    })
    return renewing
  }
  return async (endpoint, call, callOptions = {}) => {
    try {
      return await client(endpoint, call, callOptions)
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 401 || !options.renew || !(await renew())) throw toConsoleError(thrown)
      return client(endpoint, call, callOptions).catch((again: unknown) => {
        throw toConsoleError(again)
      })
    }
  }
}

const plain = createClient({ origin: '', fetch: (input, init) => fetch(input, { ...init, credentials: 'same-origin' }) })

/** Reading the session renews it on the server when the refresh cookie is still good. */
export async function renewStaffSession(): Promise<boolean> {
  try {
    await plain(readSession)
    return true
  } catch (thrown) {
    if (thrown instanceof ApiError) return false
    throw toConsoleError(thrown)
  }
}
