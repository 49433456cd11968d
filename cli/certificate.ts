import { readFileSync } from 'node:fs'
import { readCertificate, verifyCertificate } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printFacts, printJson, say } from './output.ts'

/** Prints the certificate of a deleted tenant; its `jws` in a file is what `verify` takes. */
export async function show(tenantId: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const answer = await session.call(readCertificate, { params: { id: tenantId } })
  if (options.json) return printJson(answer)
  say(answer.jws)
}

/** Proves that this platform signed a certificate. Exit code 0 only when it did. @param file with the JWS, or what `show --json` printed */
export async function verify(file: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const result = await session.call(verifyCertificate, { body: { jws: jwsIn(file) } })
  if (options.json) printJson(result)
  if (!result.valid || !result.certificate) {
    if (!options.json) throw new Failure('This platform has not signed this certificate, or it was changed since.')
    process.exitCode = 1
    return
  }
  if (options.json) return
  const { slug, tenant_id, issued_at, destroyed } = result.certificate
  printFacts({ tenant: `${slug} (${tenant_id})`, 'deleted at': issued_at })
  for (const { step, what, at } of destroyed) say(`${at}  ${step}: ${what}`)
}

function jwsIn(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`)
  }
  if (!text.startsWith('{')) return text
  const { jws } = JSON.parse(text) as { jws?: unknown }
  if (typeof jws !== 'string') throw new Failure(`${file} holds no certificate: it has no field "jws".`)
  return jws
}
