import type { Pii } from '../../../platform/pii/pii.ts'

export interface Sealed {
  sealed: string
}

/** Personal data inside a choice is stored as one encrypted text; what is sealed already stays as it is. */
export function seal<T extends object>(pii: Pii, value: T | Sealed): Sealed {
  return isSealed(value) ? value : { sealed: pii.encrypt(JSON.stringify(value)) }
}

/** @throws when it was not sealed by this tenant */
export function unseal<T extends object>(pii: Pii, value: T | Sealed): T {
  return isSealed(value) ? (JSON.parse(pii.decrypt(value.sealed)) as T) : value
}

function isSealed(value: object): value is Sealed {
  return 'sealed' in value && typeof value.sealed === 'string'
}
