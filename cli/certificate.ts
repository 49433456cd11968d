import { existsSync } from 'node:fs'
import { DeletionCertificate, listCertificates, readCertificate, verifyCertificate } from '@cityos/control-plane/contract'
import {
  type CertificateFile,
  certificateText,
  isSignedBy,
  jwksBeside,
  readCertificateFile,
  readJwks,
  writeCertificate,
} from './certificate-file.ts'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printFacts, printJson, printTable, say } from './output.ts'
import { Unreachable } from './transport.ts'

export async function listAll(options: CommonOptions & { limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const { items } = await session.call(listCertificates, { query: { limit: Number(options.limit ?? 20) } })
  if (options.json) return printJson(items)
  printTable(
    ['tenant', 'address', 'deleted'],
    items.map((item) => [item.tenant_id, item.slug, item.issued_at]),
    'no tenant was deleted yet',
  )
}

/** Prints the certificate of a deleted tenant, or writes it with the public key beside it; `verify` takes either. */
export async function show(idOrSlug: string, options: CommonOptions & { output?: string }): Promise<void> {
  const session = await sessionOf(options)
  const { certificate, jws, jwks } = await session.call(readCertificate, { params: { id: idOrSlug } })
  if (!options.output) return void process.stdout.write(certificateText({ certificate, jws }))
  writeCertificate(options.output, { certificate, jws }, jwks)
  if (options.json) return printJson({ file: options.output, jwks: jwksBeside(options.output), tenant_id: certificate.tenant_id })
  say(`${options.output}, and the key that proves it: ${jwksBeside(options.output)}`)
}

/**
 * Proves that a certificate was signed and not changed. Exit code 0 only then.
 * The platform is asked; with `--jwks` nobody is: the public keys in that file decide, wherever they came from.
 */
export async function verify(path: string, options: CommonOptions & { jwks?: string }): Promise<void> {
  const file = readCertificateFile(path)
  const proof = options.jwks ? provenBy(file, options.jwks) : await askPlatform(file, path, options)
  if (!proof.valid) throw new Failure(`${path} was not signed by ${proof.by}, or it was changed since.`)
  if (options.json) return printJson({ valid: true, certificate: file.certificate, proven_by: proof.by })
  printCertificate(file, proof.by)
}

interface Proof {
  valid: boolean
  by: string
}

function provenBy(file: CertificateFile, jwks: string): Proof {
  return { valid: isSignedBy(file.jws, readJwks(jwks)), by: `a key in ${jwks}` }
}

/** While the platform is away, the key that was saved beside the certificate has to do. */
async function askPlatform(file: CertificateFile, path: string, options: CommonOptions): Promise<Proof> {
  try {
    const session = await sessionOf(options)
    return { valid: (await session.call(verifyCertificate, { body: { jws: file.jws } })).valid, by: 'this platform' }
  } catch (error) {
    const away = error instanceof Unreachable || error instanceof Failure
    if (!away || !existsSync(jwksBeside(path))) throw error
    return provenBy(file, jwksBeside(path))
  }
}

function printCertificate(file: CertificateFile, by: string): void {
  const parsed = DeletionCertificate.safeParse(file.certificate)
  if (!parsed.success) {
    say(`valid, proven by ${by}; written by another release: see the file`)
    return
  }
  const { slug, tenant_id, issued_at, destroyed, before, backups, after, closing } = parsed.data
  printFacts({
    certificate: `valid, proven by ${by}`,
    tenant: `${slug} (${tenant_id})`,
    'closed by': closing ? `${closing.requested_by}, agreed by ${closing.approved_by}` : undefined,
    'there was': `${before.entries.length} things, ${before.rows?.total ?? 'no'} rows counted, ${before.backups.length} backups`,
    'backup key destroyed': backups.key_destroyed_at,
    'backups destroyed': backups.destroyed_at,
    'left over': after.left.length === 0 ? 'nothing' : after.left.map((item) => `${item.kind} ${item.name}`).join(', '),
    signed: issued_at,
  })
  for (const { step, what, at } of destroyed) say(`${at}  ${step}: ${what}`)
}
