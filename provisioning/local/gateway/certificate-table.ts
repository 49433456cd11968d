import { mkdirSync, watch } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { CertificateStore } from '../node/certificates.ts'

/** Which hosts are served over TLS, and with what; follows the folder the node writes. Open connections keep what they have. */
export class CertificateTable {
  readonly port: number
  private readonly store: CertificateStore
  private readonly failed: (error: unknown) => void
  private contexts = new Map<string, SecureContext>()
  private planned: NodeJS.Timeout | null = null

  /**
   * @param port where https is answered
   * @param failed told about a certificate that cannot be used; the others are served all the same
   */
  constructor(store: CertificateStore, port: number, failed: (error: unknown) => void) {
    this.store = store
    this.port = port
    this.failed = failed
    mkdirSync(store.folder, { recursive: true, mode: 0o700 })
    this.refresh()
    const watcher = watch(store.folder, () => this.plan())
    watcher.on('error', failed)
  }

  has(host: string): boolean {
    return this.contexts.has(host)
  }

  find(host: string): SecureContext | null {
    return this.contexts.get(host) ?? null
  }

  private plan(): void {
    // several events tell of one change
    this.planned ??= setTimeout(() => {
      this.planned = null
      this.refresh()
    }, 20).unref()
  }

  private refresh(): void {
    const contexts = new Map<string, SecureContext>()
    for (const { hosts, chain, key } of this.store.openAll(this.failed)) {
      try {
        const context = createSecureContext({ cert: chain, key, minVersion: 'TLSv1.2' })
        for (const host of hosts) contexts.set(host, context)
      } catch (error) {
        this.failed(error)
      }
    }
    this.contexts = contexts
  }
}
