import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  backUpTenant,
  cloneTenant,
  moveTenant,
  type Operation,
  readBackup,
  readOperation,
  restoreBackupAs,
  restoreTenant,
} from '@cityos/control-plane/contract'
import type { Platform } from './platform.ts'
import { type Figure, percentile } from './report.ts'

const run = promisify(execFile)
const launcher = fileURLToPath(new URL('../cityos', import.meta.url))

/** A seeded tenant through its archive: how long each takes from request to done, and how long a move keeps writers waiting. */
export async function measureArchives(platform: Platform, slug: string): Promise<Figure[]> {
  const { call } = platform.operator
  const times: number[] = []
  let backupId = ''
  for (let round = 0; round < 3; round += 1) {
    const started = await call(backUpTenant, { params: { id: slug } })
    times.push(tookMs(await ended(platform, started.operation.id)))
    backupId = started.backup.id
  }
  const backup = await call(readBackup, { params: { id: backupId } })
  const group = `archive of a seeded tenant (${backup.rows} rows, ${backup.files?.count} files)`
  const copy = await call(restoreBackupAs, { params: { id: backupId }, body: { slug: 'bench-copy', mask_personal_data: false } })
  const masked = await call(cloneTenant, { params: { id: slug }, body: { slug: 'bench-masked', mask_personal_data: true } })
  const copied = tookMs(await ended(platform, copy.operation.id))
  const cloned = tookMs(await ended(platform, masked.operation.id))
  const restored = await ended(
    platform,
    (await call(restoreTenant, { params: { id: slug }, body: { backup_id: backupId, confirm: slug } })).operation.id,
  )
  const moved = await ended(platform, await move(platform, slug))
  return [
    { group, name: 'its size', value: (backup.size_bytes ?? 0) / 1e6, unit: 'MB' },
    { group, name: 'backup', value: percentile(times, 0.5), unit: 'ms' },
    { group, name: 'new tenant from it', value: copied, unit: 'ms' },
    { group, name: 'clone with made-up persons', value: cloned, unit: 'ms' },
    { group, name: 'restore in place', value: tookMs(restored), unit: 'ms' },
    { group, name: 'restore in place: writers wait', value: pauseMs(restored), unit: 'ms' },
    { group, name: 'move', value: tookMs(moved), unit: 'ms' },
    { group, name: 'move: writers wait', value: pauseMs(moved), unit: 'ms' },
  ]
}

/** Asks for a move and agrees to it as a second operator. @returns the operation's id */
async function move(platform: Platform, slug: string): Promise<string> {
  const cityos = async <T>(...args: string[]) =>
    JSON.parse((await run(launcher, [...args, '--json', '--data', platform.dataDir], { maxBuffer: 1 << 26 })).stdout) as T
  const invited = await cityos<{ url: string }>('operator', 'invite', 'second@bench.test', '--role', 'super-admin')
  await cityos('login', '--profile', 'second', '--invitation', invited.url)
  const { approval } = await platform.operator.call(moveTenant, { params: { id: slug }, body: { reason: 'to measure it' } })
  const agreed = await cityos<{ operation: Operation }>('approval', 'approve', approval!.id, '--profile', 'second')
  return agreed.operation.id
}

async function ended(platform: Platform, id: string): Promise<Operation> {
  for (;;) {
    const operation = await platform.operator.call(readOperation, { params: { id } })
    if (operation.status === 'succeeded') return operation
    if (operation.status === 'failed' || operation.status === 'cancelled')
      throw new Error(`${operation.kind}: ${operation.failure?.message}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Milliseconds from the request to the end. */
function tookMs(operation: Operation): number {
  return Date.parse(operation.finished_at!) - Date.parse(operation.created_at)
}

/** Milliseconds from the first refused write to the new process's first answer. */
function pauseMs(operation: Operation): number {
  const at = (name: string) => operation.steps.find((step) => step.name === name)!
  return Date.parse(at('start').finished_at!) - Date.parse(at('pause').started_at!)
}
