import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, type Client, createClient, type ErrorBody, platformAudience } from '@cityos/contract'
import { type DataDirectory, readOperator } from './data-directory.ts'
import { Failure } from './failure.ts'
import { type Address, fetchAt } from './transport.ts'

const redirectUri = 'urn:ietf:wg:oauth:2.0:oob'

export interface Credential {
  email: string
  password: string
  /** Of the authenticator app, or a recovery code. */
  code?: string
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
 * @throws ApiError 401 when address or password are wrong, or (`totp_required`, `totp_invalid`) the code
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

/**
 * Signs in when needed and keeps the tokens beside the data (0600), so that the next command does not. A session that
 * has ended meanwhile is opened again where the credential is at hand: the local operator's, or one the profile keeps.
 */
export async function openSession(data: DataDirectory, profile?: string): Promise<Session> {
  const store = profilePath(data, profile)
  const saved = readSaved(store)
  if (profile && !saved)
    throw new Failure(`Nobody is signed in as profile ${profile}.`, `Sign in first: ./cityos login --profile ${profile}`)
  const origin = profile && saved ? saved.origin : readOperator(data).origin
  const platform = platformAt(origin)
  let tokens = saved?.origin === origin && isFresh(saved.tokens) ? saved.tokens : await renew(data, platform, profile, null)
  const send = fetchAt(platform.address)
  const authorized: typeof fetch = async (input, init) => {
    const attempt = () =>
      send(input, { ...init, headers: { ...(init?.headers as Record<string, string>), authorization: `Bearer ${tokens.access_token}` } })
    const answered = await attempt()
    if (answered.status !== 401) return answered
    tokens = await renew(data, platform, profile, tokens.access_token)
    return attempt()
  }
  return {
    platform,
    call: createClient({ origin, fetch: authorized }),
    authorized: (path, init = {}) => authorized(origin + path, init),
  }
}

/** A platform of this machine is on loopback under names that need not resolve; any other is where its name leads. */
export function platformAt(origin: string): Platform {
  const { protocol, hostname, host, port } = new URL(origin)
  const isHere = protocol === 'http:' && (hostname === 'localhost' || hostname.endsWith('.localhost'))
  return { origin, address: isHere ? { port: Number(port || 80) } : { elsewhere: host } }
}

export function profilePath(data: DataDirectory, profile = 'operator'): string {
  return join(data.path, 'profiles', `${profile}.json`)
}

/**
 * New tokens, one command at a time: a refresh token that two commands use at once would look stolen.
 * @param refused access token that was not accepted; null when there is none that is still good
 * @throws Failure when the session has ended and there is no credential at hand
 */
async function renew(data: DataDirectory, platform: Platform, profile: string | undefined, refused: string | null): Promise<Tokens> {
  const store = profilePath(data, profile)
  return withLock(`${store}.lock`, async () => {
    const saved = readSaved(store)
    const current = saved?.origin === platform.origin ? saved : null
    // another command was first
    if (current && isFresh(current.tokens) && current.tokens.access_token !== refused) return current.tokens
    const refreshed = current?.tokens.refresh_token ? await refresh(platform, current.tokens.refresh_token).catch(nullWhenRefused) : null
    const tokens = refreshed ?? (await signInAgain(data, platform, profile, saved))
    saveTokens(store, { ...saved, origin: platform.origin, tokens })
    return tokens
  })
}

function signInAgain(data: DataDirectory, platform: Platform, profile: string | undefined, saved: Saved | null): Promise<Tokens> {
  if (!profile) {
    const { email, password } = readOperator(data)
    return signIn(platform, { email, password, ...codeFromEnvironment() }).catch((error: unknown) => {
      if (error instanceof ApiError && error.errors[0]?.code === 'totp_required')
        throw new Failure(
          'The local operator signs in with an authenticator app.',
          'Give its code in the variable CITYOS_CODE, or sign in once: ./cityos login --profile NAME, then --profile NAME on any command.',
        )
      throw error
    })
  }
  if (saved?.credential) return signIn(platform, saved.credential)
  throw new Failure(`The session of profile ${profile} has ended.`, `Sign in again: ./cityos login --profile ${profile}`)
}

/** For scripts: the code of the authenticator app in CITYOS_CODE. */
function codeFromEnvironment(): { code?: string } {
  const code = process.env['CITYOS_CODE']
  return code ? { code } : {}
}

function isFresh(tokens: Tokens): boolean {
  return tokens.expires_at > Date.now() + 30_000
}

function nullWhenRefused(error: unknown): null {
  if (error instanceof ApiError && error.status < 500) return null
  throw error
}

/** A lock that a killed command left behind is taken over. */
const lockIsOld = 30_000

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  while (!take(path)) await wait(50)
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > lockIsOld) rmSync(path, { force: true })
    return false
  }
}

interface Saved {
  origin: string
  tokens: Tokens
  /** Kept when the password was made for this profile: nobody knows it by heart. */
  credential?: Credential
}

function readSaved(path: string): Saved | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Saved
  } catch {
    return null // never signed in, or unreadable: signing in again replaces it
  }
}

/** Whole or not at all: another command may be reading. */
export function saveTokens(path: string, saved: Saved): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(saved), { mode: 0o600 })
  renameSync(draft, path)
}

export function forgetTokens(data: DataDirectory): void {
  rmSync(profilePath(data), { force: true })
}
