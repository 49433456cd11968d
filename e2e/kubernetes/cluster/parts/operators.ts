import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { kubectl, type Site } from '../site.ts'

/**
 * Defines the kinds that operators bring (Gateway API, cert-manager, CloudNativePG, KEDA, Prometheus) by their own definitions, so
 * that objects of them can be made and are judged. Of the operators only the gateway's runs here.
 */
export async function defineOperatorKinds(site: Site): Promise<void> {
  const files = readdirSync(site.kinds).filter((name) => name.endsWith('.yaml'))
  await kubectl(site, ['apply', '--server-side', ...files.flatMap((name) => ['-f', join(site.kinds, name)])])
  await kubectl(site, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
}
