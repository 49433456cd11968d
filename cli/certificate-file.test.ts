import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificateText, isSignedBy, jwksBeside, readCertificateFile, readJwks, writeCertificate } from './certificate-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'cityos-certificate-'))
const path = join(folder, 'souq.json')
const said = { kind: 'tenant-deletion', version: 2, slug: 'souq', destroyed: [{ step: 'database', what: 'gone' }] }
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const kid = 'key-1'
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }] }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function signed(payload: unknown, header: object = {}): string {
  const input = `${encode({ alg: 'EdDSA', kid, typ: 'deletion-certificate', ...header })}.${encode(payload)}`
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}

beforeAll(() => writeCertificate(path, { certificate: said, jws: signed(said) }, jwks))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether a text still passes, with the key that was saved beside the untouched file. */
function passes(text: string): boolean {
  const copy = join(folder, 'changed.json')
  writeFileSync(copy, text)
  try {
    return isSignedBy(readCertificateFile(copy).jws, readJwks(jwksBeside(path)))
  } catch {
    return false // refused before any key was asked
  }
}

describe('a certificate file', () => {
  it('is proven by the key saved beside it, without any platform', () => {
    expect(passes(readFileSync(path, 'utf8'))).toBe(true)
    expect(passes(signed(said))).toBe(true)
    expect(readCertificateFile(path).certificate).toEqual(said)
  })

  it('is broken by a change of any single byte', () => {
    const text = readFileSync(path, 'utf8')
    const survived = [...text].flatMap((character, at) => {
      const other = character === 'A' ? 'B' : 'A'
      return passes(text.slice(0, at) + other + text.slice(at + 1)) ? [at] : []
    })
    expect(survived).toEqual([])
  })

  it('is broken by another spelling of the same signature', () => {
    const jws = signed(said)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = letters.indexOf(jws.at(-1)!)
    const twin = jws.slice(0, -1) + letters[last ^ 1]
    expect(Buffer.from(twin.split('.')[2]!, 'base64url')).toEqual(Buffer.from(jws.split('.')[2]!, 'base64url'))
    expect(passes(twin)).toBe(false)
  })

  it('is broken by other words around a signature that holds', () => {
    expect(passes(certificateText({ certificate: { ...said, slug: 'other' }, jws: signed(said) }))).toBe(false)
    expect(passes(readFileSync(path, 'utf8').replace('{\n', '{\n  "note": "x",\n'))).toBe(false)
  })

  it('is not proven by another key, another kind of token, or no algorithm', () => {
    const stranger = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    expect(isSignedBy(signed(said), { keys: [{ ...stranger, kid }] })).toBe(false)
    expect(isSignedBy(signed(said), { keys: [] })).toBe(false)
    expect(isSignedBy(signed(said, { typ: 'at+jwt' }), jwks)).toBe(false)
    expect(isSignedBy(signed(said, { alg: 'none' }), jwks)).toBe(false)
    expect(() => readCertificateFile(join(folder, 'nowhere'))).toThrow('cannot be read')
  })
})
