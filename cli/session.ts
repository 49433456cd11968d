import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ApiError, type Client, createClient, type ErrorBody, platformAudience } from '@cityos/contract'
import { type DataDirectory, readOperator } from './data-directory.ts'
import { Failure } from './failure.ts'
import { type Address, fetchAt } from './transport.ts'

const redirectUri = 'urn:ietf:wg:oauth:2.0:oob'

export interface Credential {
  email: string
  password: string
}

/** Tokens as the control plane issues them; `expires_at` in milliseconds since 1970. */
export interface Tokens {
  access_token: string
  refresh_token: string | null
  expires_at: number
}

/** A platform as its clients reach it: the public origin of the operator's host, and where to connect. */
export interface Platform {
  origin: string
  address: Address
}

/**
 * Authorization code with PKCE, as a browser does it, without the browser.
 * @param resource `cityos` for the control plane, `tenant:<id>` for one tenant's data plane
 * @throws ApiError 401 when address or password are wrong
 */
export async function signIn(platform: Platform, credential: Credential, resource: string = platformAudience): Promise<Tokens> {
  const send = fetchAt(platform.address)
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
    state,
  })
  const json = { accept: 'application/json', 'content-type': 'application/json' }
  const asked = await answer<{ request: string }>(await send(`${platform.origin}/oauth/authorize?${query}`, { headers: json }))
  const granted = await answer<{ code: string; state: string }>(
    await send(`${platform.origin}/oauth/sign-in`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ request: asked.request, ...credential }),
    }),
  )
  if (granted.state !== state) throw new Failure('The sign-in answer does not belong to this request.', 'Run the command again.')
  return exchange(platform, {
    grant_type: 'authorization_code',
    code: granted.code,
    code_verifier: verifier,
    client_id: 'cli',
    redirect_uri: redirectUri,
  })
}

/** New tokens for a refresh token, which is used up by it. */
export function refresh(platform: Platform, token: string): Promise<Tokens> {
  return exchange(platform, { grant_type: 'refresh_token', refresh_token: token, client_id: 'cli' })
}

async function exchange(platform: Platform, body: Record<string, string>): Promise<Tokens> {
  const response = await fetchAt(platform.address)(`${platform.origin}/oauth/token`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(body).toString(),
  })
  const tokens = await answer<{ access_token: string; refresh_token?: string; expires_in: number }>(response)
  return {
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? null,
    expires_at: Date.now() + tokens.expires_in * 1000,
  }
}

/** Reads an answer inside or outside the envelope. */
async function answer<T>(response: Response): Promise<T> {
  const document = (await response.json().catch(() => null)) as { data?: T; errors?: ErrorBody[] } | null
  if (!response.ok || document === null) {
    throw new ApiError(
      response.status,
      document?.errors ?? [{ code: 'internal_error', message: `HTTP ${response.status} while signing in` }],
    )
  }
  return document.data ?? (document as T)
}

/** The calls a command makes: as the local operator, or as the member of staff of `--profile`. */
export interface Session {
  platform: Platform
  call: Client
  /** For what the typed client does not do (server-sent events). */
  authorized: (path: string, init?: RequestInit) => Promise<Response>
}

/** Signs in when needed and keeps the tokens beside the data (0600), so that the next command does not. */
export async function openSession(data: DataDirectory, profile?: string): Promise<Session> {
  const store = join(data.path, 'profiles', `${profile ?? 'operator'}.json`)
  const saved = readSaved(store)
  if (profile && !saved)
    throw new Failure(`Nobody is signed in as profile ${profile}.`, `Sign in first: ./cityos login --profile ${profile}`)
  const origin = saved?.origin ?? readOperator(data).origin
  const platform = { origin, address: { port: Number(new URL(origin).port || 80) } }
  const tokens = await currentTokens(data, platform, saved, profile)
  if (tokens !== saved?.tokens) saveTokens(store, { origin, tokens })
  const headers = () => ({ authorization: `Bearer ${tokens.access_token}` })
  const send = fetchAt(platform.address)
  return {
    platform,
    call: createClient({ origin, fetch: send, headers }),
    authorized: (path, init = {}) => send(origin + path, { ...init, headers: { ...init.headers, ...headers() } }),
  }
}

async function currentTokens(data: DataDirectory, platform: Platform, saved: Saved | null, profile: string | undefined): Promise<Tokens> {
  const tokens = saved?.tokens
  if (tokens && tokens.expires_at > Date.now() + 30_000 && (profile || isOperators(data, saved))) return tokens
  if (tokens?.refresh_token && profile) {
    return refresh(platform, tokens.refresh_token).catch((error: unknown) => {
      if (error instanceof ApiError)
        throw new Failure(`The session of profile ${profile} has ended.`, `Sign in again: ./cityos login --profile ${profile}`)
      throw error
    })
  }
  const operator = readOperator(data)
  return signIn(platform, { email: operator.email, password: operator.password })
}

interface Saved {
  origin: string
  tokens: Tokens
}

/** A platform that was moved to another port or made anew does not accept the old tokens. */
function isOperators(data: DataDirectory, saved: Saved | null): boolean {
  return saved?.origin === readOperator(data).origin
}

function readSaved(path: string): Saved | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Saved
  } catch {
    return null // never signed in, or unreadable: signing in again replaces it
  }
}

export function saveTokens(path: string, saved: Saved): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(saved), { mode: 0o600 })
}

export function forgetTokens(data: DataDirectory): void {
  rmSync(join(data.path, 'profiles/operator.json'), { force: true })
}
