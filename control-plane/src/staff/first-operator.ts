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
   * on with it. On later starts only the address in the file follows the platform's port.
   */
  async ensure(): Promise<void> {
    const origin = issuer(this.settings)
    const known = await this.#read()
    if ((await this.registry.db.staff_user.count()) > 0) {
      if (known && known.origin !== origin) await this.#write({ ...known, origin })
      return
    }
    const credential = known ?? {
      origin,
      email: `operator@cityos.${this.settings.binding.public.base_domain}`,
      password: randomBytes(18).toString('base64url'),
      created_at: this.clock.now().toISOString(),
    }
    await this.#write({ ...credential, origin })
    await this.registry.transaction(async (tx) => {
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
    })
    this.settings.log.info({ path: this.#path }, 'the first operator’s credential is written')
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
