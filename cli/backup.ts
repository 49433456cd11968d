import {
  type Approval,
  type Backup,
  backUpTenant,
  cloneTenant,
  deleteBackup,
  liftQuarantine,
  listTenantBackups,
  moveTenant,
  readBackup,
  readTenant,
  restoreBackupAs,
  restoreTenant,
  type Tenant,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { followOperation } from './operation-stream.ts'
import { bold, printFacts, printJson, printTable, say } from './output.ts'
import type { Session } from './session.ts'

export interface WaitOptions extends CommonOptions {
  wait?: boolean
}

export interface CopyOptions extends WaitOptions {
  name?: string
  owner?: string
  maskPersonalData?: boolean
}

/** Takes a backup; prints its id, size and checksum once it is there. */
export async function backUp(slug: string, options: WaitOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(backUpTenant, { params: { id: slug } })
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const backup = options.wait ? await session.call(readBackup, { params: { id: started.backup.id } }) : started.backup
  if (options.json) return printJson(backup)
  showBackup(backup)
  if (!options.wait) say(`Watch it: ./cityos operation show ${started.operation.id}`)
}

export async function listOf(slug: string, options: CommonOptions & { limit?: string }): Promise<void> {
  const session = await sessionOf(options)
  const { items } = await session.call(listTenantBackups, { params: { id: slug }, query: { limit: Number(options.limit ?? 20) } })
  if (options.json) return printJson(items)
  printTable(
    ['id', 'kind', 'status', 'taken', 'size', 'rows', 'files', 'restore-tested'],
    items.map((item) => [
      item.id,
      item.kind,
      item.status,
      item.taken_at ?? '–',
      item.size_bytes === null ? '–' : megabytes(item.size_bytes),
      String(item.rows ?? '–'),
      String(item.files?.count ?? '–'),
      item.verified_at ?? 'not yet',
    ]),
    `No backups yet: ./cityos tenant backup ${slug} --wait`,
  )
}

export async function remove(id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(deleteBackup, { params: { id } })
  await followOperation(session, started.operation.id, !options.json)
  if (options.json) printJson({ id, deleted: true })
  else say(`${id} is destroyed`)
}

/**
 * `restore SLUG --backup ID` puts the tenant back in place; `restore --backup ID --as SLUG` makes a new tenant of it.
 * @throws Failure when it is neither
 */
export async function restore(slug: string | undefined, options: CopyOptions & { backup: string; as?: string }): Promise<void> {
  if ((slug === undefined) === (options.as === undefined)) {
    throw new Failure(
      'Say either which tenant is put back, or which new one is made of the backup.',
      './cityos tenant restore SLUG --backup ID',
      './cityos tenant restore --backup ID --as NEW-SLUG',
    )
  }
  const session = await sessionOf(options)
  if (options.as !== undefined) {
    const started = await session.call(restoreBackupAs, { params: { id: options.backup }, body: copyOf(options.as, options) })
    return finishCopy(session, started, options)
  }
  const started = await session.call(restoreTenant, { params: { id: slug! }, body: { backup_id: options.backup, confirm: slug! } })
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const tenant = options.wait ? await session.call(readTenant, { params: { id: started.tenant.id } }) : started.tenant
  if (options.json) return printJson(tenant)
  say(
    options.wait
      ? `${tenant.slug} is as it was in ${options.backup}; what it had before is in a safety backup`
      : `operation ${started.operation.id}`,
  )
}

export async function clone(source: string, slug: string, options: CopyOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(cloneTenant, { params: { id: source }, body: copyOf(slug, options) })
  await finishCopy(session, started, options)
}

/** Waits until it has happened, so that exit code 0 means that. */
export async function lift(slug: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const started = await session.call(liftQuarantine, { params: { id: slug } })
  await followOperation(session, started.operation.id, !options.json)
  const tenant = await session.call(readTenant, { params: { id: slug } })
  if (options.json) printJson(tenant)
  else say(`${tenant.slug} is out of quarantine: it sells, and its timers and events run`)
}

/** Asks for the second person, who starts the move by agreeing. */
export async function move(slug: string, options: CommonOptions & { reason: string; toCell?: string }): Promise<void> {
  const session = await sessionOf(options)
  const asked = await session.call(moveTenant, { params: { id: slug }, body: { reason: options.reason, to_cell: options.toCell } })
  if (options.json) return printJson(asked)
  showApproval(asked.approval)
}

function showApproval(approval: Approval | null): void {
  if (!approval) return
  say(`A second person has to agree: ./cityos approval approve ${approval.id} --profile NAME --wait`)
  if (approval.advice) say(approval.advice)
}

function copyOf(slug: string, options: CopyOptions) {
  return {
    slug,
    name: options.name,
    owner: options.owner,
    mask_personal_data: options.maskPersonalData ?? false,
  }
}

async function finishCopy(
  session: Session,
  started: { tenant: Tenant; operation: { id: string }; invitation: { url: string; expires_at: string } },
  options: CopyOptions,
): Promise<void> {
  if (options.wait) await followOperation(session, started.operation.id, !options.json)
  const tenant = options.wait ? await session.call(readTenant, { params: { id: started.tenant.id } }) : started.tenant
  if (options.json) return printJson({ ...tenant, invitation: started.invitation })
  printFacts({
    tenant: `${tenant.slug} (${tenant.id})`,
    status: tenant.quarantined ? `${tenant.status}, in quarantine` : tenant.status,
    storefront: tenant.url,
    admin: tenant.admin_url,
  })
  say(`The owner's invitation (works once, until ${started.invitation.expires_at}): ${bold(started.invitation.url)}`)
  if (tenant.quarantined) say(`It can be read and looked after, and sells nothing until: ./cityos tenant lift-quarantine ${tenant.slug}`)
  if (!options.wait) say(`Watch it: ./cityos operation show ${started.operation.id}`)
}

function showBackup(backup: Backup): void {
  printFacts({
    backup: backup.id,
    tenant: backup.tenant_slug,
    status: backup.status,
    taken: backup.taken_at,
    size: backup.size_bytes === null ? null : megabytes(backup.size_bytes),
    checksum: backup.checksum,
    rows: backup.rows,
    files: backup.files?.count ?? null,
  })
}

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`
