import type { custom_domain } from '../../generated/client.ts'
import { proofName, proofValue } from './domain.view.ts'
import type { DomainResolver } from './resolver.ts'

export type Proof = { state: 'proven' } | { state: 'missing' | 'unknown'; code: string; message: string }

/** Asks DNS whether the owner of a host let this tenant have it. Silence of DNS is no answer. */
export async function lookForProof(resolver: DomainResolver, row: Pick<custom_domain, 'host' | 'txt_token'>): Promise<Proof> {
  const name = proofName(row.host)
  const found = await resolver.text(name)
  if (found.state === 'unreachable')
    return {
      state: 'unknown',
      code: 'dns_unreachable',
      message: `DNS did not answer for ${name} (${found.reason}); it is asked again by itself`,
    }
  if (found.state === 'absent')
    return {
      state: 'missing',
      code: 'txt_missing',
      message: `${name} has no TXT record yet: set the one shown here; a change may take up to an hour to be seen`,
    }
  if (found.values.some((value) => value.trim() === proofValue(row.txt_token))) return { state: 'proven' }
  return {
    state: 'missing',
    code: 'txt_different',
    message: `the TXT record of ${name} says something else: add one with exactly the value shown here`,
  }
}
