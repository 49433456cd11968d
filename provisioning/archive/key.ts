import { generateX25519Identity, identityToRecipient } from 'age-encryption'

/** A new key for a tenant's archives: `AGE-SECRET-KEY-1…`. Destroying it makes every one of them unreadable. */
export function newArchiveKey(): Promise<string> {
  return generateX25519Identity()
}

/** What archives are written for: the public half, `age1…`. */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity)
}
