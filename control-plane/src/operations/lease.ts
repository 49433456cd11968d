import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Db, Registry, Tx } from '../registry/registry.ts'
import { hasLostLifeline, type Lifeline } from './lifeline.ts'

/** Another runner has taken over: whatever was under way here must stop without a trace. */
export class LeaseLost extends Error {
  constructor() {
    super('another runner has taken over')
    this.name = 'LeaseLost'
  }
}

/** The one lease there is. */
export const leaseName = 'operations'
const name = leaseName

/**
 * The right to run operations: a row with an expiry and a fencing number that grows with every change of hands. Journal
 * and driver refuse an older number, so that a runner that was only thought dead changes nothing.
 */
export class Lease {
  readonly #registry: Registry
  readonly #seconds: number
  readonly #lifeline: Lifeline | undefined
  readonly owner: string
  #fence: bigint | null = null

  /**
   * @param seconds how long the lease holds without being renewed
   * @param lifeline by which others see at once that this process has died
   */
  constructor(registry: Registry, seconds = 15, owner = processIdentity(), lifeline?: Lifeline) {
    this.#registry = registry
    this.#seconds = seconds
    this.#lifeline = lifeline
    this.owner = owner
  }

  /** The fencing number while this process holds the lease. */
  get fence(): bigint | null {
    return this.#fence
  }

  /** Takes the lease if it is free, expired, or held by a process that has died; renews it if it is ours. */
  async acquire(now: Date): Promise<boolean> {
    if (this.#fence === null && (await this.#isHeldByAnother(now))) return false
    await this.#lifeline?.hold()
    const expires = new Date(now.getTime() + this.#seconds * 1000)
    return this.#registry.transaction(async (tx) => {
      await tx.runner_lease.createMany({ data: [{ name, owner: '', fence: 0n, expires_at: new Date(0) }], skipDuplicates: true })
      const [row] = await tx.$queryRaw<{ owner: string; fence: bigint; expires_at: Date }[]>`
        SELECT owner, fence, expires_at FROM runner_lease WHERE name = ${name} FOR UPDATE`
      if (!row) return false
      if (row.owner === this.owner && row.fence === this.#fence) {
        await tx.runner_lease.update({ where: { name }, data: { expires_at: expires } })
        return true
      }
      this.#fence = null
      if (row.expires_at > now && !(await isDead(tx, row.owner))) return false
      const fence = row.fence + 1n
      await tx.runner_lease.update({ where: { name }, data: { owner: this.owner, fence, expires_at: expires } })
      this.#fence = fence
      return true
    })
  }

  /** Gives the lease back, so that the next process need not wait. */
  async release(now: Date): Promise<void> {
    await this.#lifeline?.end()
    if (this.#fence === null) return
    await this.#registry.db.runner_lease.updateMany({ where: { name, owner: this.owner, fence: this.#fence }, data: { expires_at: now } })
    this.#fence = null
  }

  /** A look without a lock: whoever waits for the lease looks often, and must not be in its holder's way. */
  async #isHeldByAnother(now: Date): Promise<boolean> {
    const row = await this.#registry.db.runner_lease.findUnique({ where: { name } })
    return row !== null && row.owner !== this.owner && row.expires_at > now && !(await isDead(this.#registry.db, row.owner))
  }

  /** Runs `work` in a transaction in which `fence` is still the newest number. @throws LeaseLost */
  async guarded<T>(fence: bigint, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#registry.transaction(async (tx) => {
      const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM runner_lease WHERE name = ${name} AND fence = ${fence} FOR SHARE`
      if (rows.length === 0) throw new LeaseLost()
      return work(tx)
    })
  }
}

/** `host:pid:start`, so that a reused process id is not taken for its predecessor. */
export function processIdentity(): string {
  return `${hostname()}:${process.pid}:${startOf(process.pid) ?? 'unknown'}`
}

async function isDead(db: Db, owner: string): Promise<boolean> {
  return isDeadNeighbour(owner) || (await hasLostLifeline(db, owner))
}

function isDeadNeighbour(owner: string): boolean {
  const [host, pid, start] = owner.split(':')
  if (host !== hostname() || !pid || !start || start === 'unknown') return false
  return startOf(Number(pid)) !== start
}

/** Start time of a process in clock ticks since boot; null when there is none (or on a machine without /proc). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null // gone, or not Linux: then the lease simply runs out
  }
}
