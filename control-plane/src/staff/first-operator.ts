import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { OperatorCredential } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { StaffService } from './staff.service.ts'

/** The account a fresh platform starts with: its credential lies in the data directory (0600), and nowhere else. */
@Injectable()
export class FirstOperator {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Makes the account on an empty registry. The file comes first: a process that dies between the two finds it and goes
   * on with it; so does one that was handed the file at its start. Of several processes one makes the account. On later
   * starts only the address in the file follows the platform's port.
   */
  async ensure(): Promise<void> {
    const origin = issuer(this.settings)
    const known = await this.#read()
    const made = await this.registry.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos first operator'))`
      if ((await tx.staff_user.count()) > 0) return false
      const credential = known ?? {
        origin,
        email: `operator@cityos.${this.settings.binding.public.base_domain}`,
        password: randomBytes(18).toString('base64url'),
        created_at: this.clock.now().toISOString(),
      }
      if (!known || known.origin !== origin) await this.#write({ ...credential, origin })
      const user = await this.staff.create(tx, { email: credential.email, name: 'Local operator', password: credential.password })
      await this.staff.grant(tx, user.id, { role: 'super-admin', tenant_id: null, nodes: [] })
      await audit(tx, {
        at: this.clock.now(),
        actor: 'system:first-start',
        action: 'staff.create',
        tenantId: null,
        resource: { type: 'staff', id: user.id },
        changes: { role: 'super-admin' },
      })
      return true
    })
    if (made) this.settings.log.info({ path: this.#path }, 'the first operator’s account is made; its credential lies there')
    else if (known && known.origin !== origin) await this.#follow({ ...known, origin })
  }

  /** A file that was mounted for reading only stays as it is: who mounted it knows the address. */
  async #follow(credential: OperatorCredential): Promise<void> {
    try {
      await this.#write(credential)
    } catch (error) {
      if (!['EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      this.settings.log.warn(
        { path: this.#path, origin: credential.origin },
        'the credential’s file names another address and cannot be written',
      )
    }
  }

  get #path(): string {
    return this.settings.binding.operator_credential_path
  }

  async #read(): Promise<OperatorCredential | null> {
    try {
      return OperatorCredential.parse(JSON.parse(await readFile(this.#path, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw new Error(`${this.#path} is damaged: restore it, or remove it together with the data directory`, { cause: error })
    }
  }

  /** Whole or not at all: a half-written credential would lock everybody out. */
  async #write(credential: OperatorCredential): Promise<void> {
    const draft = `${this.#path}.${process.pid}`
    await writeFile(draft, `${JSON.stringify(credential, null, 2)}\n`, { mode: 0o600 })
    await rename(draft, this.#path)
  }
}
