/** Milliseconds of quiet that are waited for, so that one look sees what came together. */
const settle = 300
/** Milliseconds after the first news at which a tenant is looked at, however much goes on there. */
const patience = 2_000
/** Milliseconds until the next look after one that could not be: an operation was under way, or it failed. */
const again = { busy: 3_000, failed: 10_000 } as const

/** Tenants that something has happened to since they were looked at; times are of the monotonic clock, in milliseconds. */
export class DirtyTenants {
  readonly #tenants = new Map<string, { since: number; last: number; isNews: boolean }>()

  /** It is there; nothing is known to have changed. Comes after everything that is news: at a start that is the whole fleet. */
  listed(tenantId: string, now: number): void {
    this.#note(tenantId, now, false)
  }

  /** Something of it has changed just now. */
  heard(tenantId: string, now: number): void {
    this.#note(tenantId, now, true)
  }

  #note(tenantId: string, now: number, isNews: boolean): void {
    const known = this.#tenants.get(tenantId)
    if (known?.isNews === isNews) known.last = Math.max(known.last, now)
    else if (!known?.isNews) this.#tenants.set(tenantId, { since: now, last: now, isNews })
  }

  /** Puts a tenant back for another look after a while. */
  later(tenantId: string, now: number, why: keyof typeof again): void {
    const at = now + again[why] - settle
    this.#tenants.set(tenantId, { since: at, last: at, isNews: true })
  }

  /** Those whose turn it is, news before what was only listed, the longest waiting first; they count as looked at from now on. */
  take(now: number, most: number): string[] {
    const due = [...this.#tenants]
      .filter(([, { since, last }]) => now - last >= settle || now - since >= patience)
      .sort(([, a], [, b]) => Number(b.isNews) - Number(a.isNews) || a.since - b.since)
      .slice(0, most)
      .map(([id]) => id)
    for (const id of due) this.#tenants.delete(id)
    return due
  }

  clear(): void {
    this.#tenants.clear()
  }
}
