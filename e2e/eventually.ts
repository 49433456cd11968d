/** How long what is waited for may take, milliseconds: a machine may be slow, and only a fault costs the whole of it. */
const patience = 120_000

/** Pauses between two tries, milliseconds: short at first, longer the longer it takes, since asking takes time from what is waited for. */
const shortest = 25
const longest = 250
const shareOfWaited = 0.05

/**
 * Waits until `condition` is true (or returns something that is); tries again when it throws.
 * @throws after `withinMs`, with what was waited for and the last error
 */
export async function eventually<T>(condition: () => T | Promise<T>, what: string, withinMs = patience): Promise<NonNullable<T>> {
  const start = performance.now()
  let last: unknown = null
  for (;;) {
    try {
      const value = await condition()
      if (value) return value as NonNullable<T>
      last = null
    } catch (error) {
      last = error
    }
    const waited = performance.now() - start
    if (waited > withinMs) throw new Error(`waited ${withinMs} ms for: ${what}`, { cause: last })
    const pause = Math.min(Math.max(waited * shareOfWaited, shortest), longest)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
