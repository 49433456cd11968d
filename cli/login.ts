import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { readMe } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf } from './command.ts'
import { readOperator } from './data-directory.ts'
import { Failure } from './failure.ts'
import { printJson, say } from './output.ts'
import { openSession, saveTokens, signIn } from './session.ts'

/** Signs a member of staff in under a profile's name; the password is asked for, or read from CITYOS_PASSWORD. */
export async function login(options: CommonOptions & { email?: string }): Promise<void> {
  const data = dataOf(options)
  const operator = readOperator(data)
  const platform = { origin: operator.origin, address: { port: Number(new URL(operator.origin).port || 80) } }
  const profile = options.profile ?? 'default'
  if (profile === 'operator') throw new Failure('The profile "operator" is the local operator; choose another name.')
  const email = options.email ?? (await ask('E-mail: ', false))
  const password = process.env['CITYOS_PASSWORD'] ?? (await ask('Password: ', true))
  const tokens = await signIn(platform, { email, password })
  saveTokens(join(data.path, 'profiles', `${profile}.json`), { origin: platform.origin, tokens })
  const me = await (await openSession(data, profile)).call(readMe)
  if (options.json) return printJson(me)
  say(`Signed in as ${me.name} <${me.email}>; use it with --profile ${profile}.`)
}

async function ask(question: string, hidden: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Failure('There is no terminal to ask for e-mail and password.', 'Give --email and the variable CITYOS_PASSWORD.')
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
