import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ApiError, type ErrorBody } from '@cityos/contract'
import { readMe } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf } from './command.ts'
import { readOperator } from './data-directory.ts'
import { Failure } from './failure.ts'
import { printJson, say } from './output.ts'
import { type Credential, openSession, type Platform, platformAt, profilePath, saveTokens, signIn, type Tokens } from './session.ts'
import { fetchAt } from './transport.ts'

type LoginOptions = CommonOptions & { email?: string; invitation?: string; name?: string }

/**
 * Signs a member of staff in under a profile's name, after accepting an invitation if one is given. Password and code
 * are asked for, or read from CITYOS_PASSWORD and CITYOS_CODE.
 */
export async function login(options: LoginOptions): Promise<void> {
  const data = dataOf(options)
  const platform = platformAt(readOperator(data).origin)
  const profile = options.profile ?? 'default'
  if (profile === 'operator') throw new Failure('The profile "operator" is the local operator; choose another name.')
  const accepted = options.invitation ? await accept(platform, options.invitation, options) : null
  const credential = accepted?.credential ?? {
    email: options.email ?? process.env['CITYOS_EMAIL'] ?? (await ask('E-mail: ', false)),
    password: process.env['CITYOS_PASSWORD'] ?? (await ask('Password: ', true)),
  }
  const tokens = await signInWithCode(platform, credential)
  saveTokens(profilePath(data, profile), { origin: platform.origin, tokens, ...(accepted?.made ? { credential } : {}) })
  const me = await (await openSession(data, profile)).call(readMe)
  if (options.json) return printJson(me)
  say(`Signed in as ${me.name} <${me.email}>; use it with --profile ${profile}.`)
  if (accepted?.made) say(`Its password was made up and is kept in ${profilePath(data, profile)} (0600).`)
}

/** Asks for the code of the authenticator app when the account has one. */
async function signInWithCode(platform: Platform, credential: Credential): Promise<Tokens> {
  try {
    return await signIn(platform, credential)
  } catch (error) {
    const refused = error instanceof ApiError ? error.errors[0] : undefined
    if (refused?.code !== 'totp_required') throw error
    const enrol = refused.details?.['enrol']
    if (typeof enrol === 'string')
      throw new Failure('This platform asks everybody for an authenticator app.', `Set one up at ${enrol}, then sign in here.`)
    const code = process.env['CITYOS_CODE'] ?? (await ask('Code of the authenticator app, or a recovery code: ', false))
    return signIn(platform, { ...credential, code })
  }
}

interface Invited {
  email: string
  role: string
  known: boolean
}

/** @returns the credential to sign in with, and whether its password was made up here */
async function accept(platform: Platform, url: string, options: LoginOptions): Promise<{ credential: Credential; made: boolean }> {
  const token = URL.canParse(url) ? new URL(url).searchParams.get('token') : null
  if (!token) throw new Failure(`${url} is not the address of an invitation.`, 'It ends in /oauth/invitation?token=…')
  const invited = await request<Invited>(platform, 'GET', `/oauth/invitation?token=${encodeURIComponent(token)}`)
  say(`Invitation for ${invited.email} as ${invited.role}.`)
  const typed =
    process.env['CITYOS_PASSWORD'] ??
    (process.stdin.isTTY ? await ask(invited.known ? 'Password: ' : 'New password (empty: one is made up): ', true) : '')
  if (typed === '' && invited.known)
    throw new Failure(`${invited.email} has an account already: its password is needed.`, 'Give the variable CITYOS_PASSWORD.')
  const password = typed || randomBytes(18).toString('base64url')
  const name = options.name ?? (process.stdin.isTTY && !invited.known ? await ask('Your name: ', false) : '')
  const code = invited.known ? process.env['CITYOS_CODE'] : undefined
  await request(platform, 'POST', '/oauth/invitation', {
    token,
    name: name || (invited.email.split('@')[0] ?? 'Staff'),
    password,
    ...(code ? { code } : {}),
  })
  return { credential: { email: invited.email, password }, made: typed === '' }
}

async function request<T>(platform: Platform, method: string, path: string, body?: object): Promise<T> {
  const response = await fetchAt(platform.address)(platform.origin + path, {
    method,
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const answer = (await response.json()) as { data: T; errors: ErrorBody[] }
  if (!response.ok) throw new ApiError(response.status, answer.errors)
  return answer.data
}

async function ask(question: string, hidden: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Failure(
      'There is no terminal to ask for e-mail, password or code.',
      'Give --email and the variables CITYOS_PASSWORD and CITYOS_CODE.',
    )
  let muted = false
  const output = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      if (!muted) process.stderr.write(chunk)
      callback()
    },
  })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  const pending = lines.question(question)
  muted = hidden
  const text = await pending
  lines.close()
  if (hidden) say()
  return text.trim()
}
