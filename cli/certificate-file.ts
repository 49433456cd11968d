import { createPublicKey, verify } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Failure } from './failure.ts'

/** A public key as it is published (RFC 8037). */
interface Jwk {
  kid?: string
  kty?: string
  crv?: string
  x?: string
}
export interface Jwks {
  keys: readonly object[]
}

/** What a certificate file holds: the words for people, and the signed form that counts. */
export interface CertificateFile {
  certificate: unknown
  jws: string
}

/** The one way a certificate is written: every byte of the file counts, so that none can be changed unnoticed. */
export function certificateText(file: CertificateFile): string {
  return `${JSON.stringify({ certificate: file.certificate, jws: file.jws }, null, 2)}\n`
}

/** Writes the certificate and, beside it, the public key that proves it without the platform. */
export function writeCertificate(path: string, file: CertificateFile, jwks: Jwks): void {
  writeFileSync(path, certificateText(file))
  writeFileSync(jwksBeside(path), `${JSON.stringify(jwks, null, 2)}\n`)
}

export function jwksBeside(path: string): string {
  return `${path}.jwks.json`
}

/**
 * Reads a certificate file: the document `show` writes, or the signed form alone.
 * @throws Failure when the file was changed in a way that shows without any key
 */
export function readCertificateFile(path: string): CertificateFile {
  const text = readText(path)
  if (!text.startsWith('{')) {
    const jws = text.replace(/\r?\n$/, '')
    return { certificate: payloadOf(jws, path), jws }
  }
  let document: { certificate?: unknown; jws?: unknown }
  try {
    document = JSON.parse(text) as typeof document
  } catch {
    throw changed(path, 'it is not JSON any more')
  }
  if (typeof document.jws !== 'string') throw new Failure(`${path} holds no certificate: it has no field "jws".`)
  const file = { certificate: document.certificate, jws: document.jws }
  if (text !== certificateText(file)) throw changed(path, 'it is not written as the platform writes it')
  if (JSON.stringify(payloadOf(file.jws, path)) !== JSON.stringify(file.certificate))
    throw changed(path, 'its words are not the ones that were signed')
  return file
}

/** Public keys from a file. @throws Failure */
export function readJwks(path: string): Jwks {
  try {
    return JSON.parse(readText(path)) as Jwks
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`${path} holds no public keys (JWKS).`)
  }
}

/** Whether one of these keys signed it; asks nobody. */
export function isSignedBy(jws: string, jwks: Jwks): boolean {
  const parts = jws.split('.')
  const [header = '', payload = '', signature = ''] = parts
  if (parts.length !== 3 || !parts.every(isCanonical)) return false
  const { alg, kid, typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: string; kid?: string; typ?: string }
  const jwk = (jwks.keys as Jwk[]).find((key) => key.kid === kid && key.kty === 'OKP' && key.crv === 'Ed25519')
  if (alg !== 'EdDSA' || typ !== 'deletion-certificate' || !jwk) return false
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '' }, format: 'jwk' })
  return verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
}

/** Base64 leaves spare bits in its last letter: another spelling of the same bytes is a change all the same. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

function payloadOf(jws: string, path: string): unknown {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  } catch {
    throw changed(path, 'what was signed cannot be read')
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${(error as Error).message}`)
  }
}

function changed(path: string, how: string): Failure {
  return new Failure(`${path} is not a valid certificate: ${how}.`, 'It was changed since it was signed: ask for the original.')
}
