/**
 * Makes `list.json` from a list of passwords that are known to the world.
 * Usage: node make-list.ts <passwords.json>, an array of passwords in lower case such as `src/passwords.json` of the npm
 * package @zxcvbn-ts/language-common. Kept are the first bytes of each password's SHA-256, sorted: small, and quick to look up.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digest, digestBytes, shortest } from './digest.ts'

const source = process.argv[2]
if (!source) throw new Error('usage: node make-list.ts <passwords.json>')
const passwords = JSON.parse(readFileSync(source, 'utf8')) as string[]
const digests = [
  ...new Set(passwords.filter((password) => password.length >= shortest).map((password) => digest(password).toString('hex'))),
]
digests.sort()
const list = {
  source: '@zxcvbn-ts/language-common 4.1.3, src/passwords.json',
  licence: 'MIT; Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., Copyright (c) 2021 @zxcvbn-ts',
  entries: digests.length,
  bytes: digestBytes,
  digests: Buffer.from(digests.join(''), 'hex').toString('base64'),
}
writeFileSync(join(import.meta.dirname, 'list.json'), `${JSON.stringify(list, null, 2)}\n`)
console.log(`${digests.length} passwords`)
