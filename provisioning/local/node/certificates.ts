import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { HostCertificate, InventoryItem } from '../../driver.ts'
import { openWith, sealWith } from './seal.ts'
import { writeAtomically } from './storage.ts'

/** A certificate on disk (`<folder>/<host>.json`, mode 0600); its key is sealed. */
const CertificateFile = z.object({
  tenant_id: z.string(),
  host: z.string(),
  hosts: z.array(z.string()),
  chain: z.string(),
  key: z.string(),
})
type CertificateFile = z.infer<typeof CertificateFile>

/** Certificates of hosts: written by the node, read by the gateway, there also while the control plane is away. */
export class CertificateStore {
  readonly folder: string
  private readonly key: Buffer

  /** @param key 32 bytes that seal the hosts' private keys */
  constructor(folder: string, key: Buffer) {
    this.folder = folder
    this.key = key
  }

  put({ tenantId, host, hosts, chain, key }: HostCertificate): void {
    const file: CertificateFile = { tenant_id: tenantId, host, hosts, chain, key: sealWith(this.key, key, `certificate ${host}`) }
    writeAtomically(this.fileOf(host), JSON.stringify(file))
  }

  /** A certificate that belongs to another tenant by now stays. */
  remove(tenantId: string, host: string): void {
    if (existsSync(this.fileOf(host)) && this.read(this.fileOf(host)).tenant_id === tenantId) rmSync(this.fileOf(host), { force: true })
  }

  removeAllOf(tenantId: string): void {
    for (const { name, tenantId: owner } of this.list()) if (owner === tenantId) this.remove(tenantId, name)
  }

  list(): InventoryItem[] {
    return this.files().map((file) => {
      const { host, tenant_id: tenantId } = this.read(file)
      return { kind: 'certificate', name: host, tenantId }
    })
  }

  /** With their keys opened. @param failed told about one that cannot be read; the others are there all the same */
  openAll(failed: (error: unknown) => void): HostCertificate[] {
    return this.files().flatMap((file) => {
      try {
        const { tenant_id: tenantId, host, hosts, chain, key } = this.read(file)
        return [{ tenantId, host, hosts, chain, key: openWith(this.key, key, `certificate ${host}`) }]
      } catch (error) {
        failed(error)
        return []
      }
    })
  }

  private files(): string[] {
    if (!existsSync(this.folder)) return []
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(this.folder, name))
  }

  private read(file: string): CertificateFile {
    return CertificateFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  }

  private fileOf(host: string): string {
    return join(this.folder, `${host}.json`)
  }
}
