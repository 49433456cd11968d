/**
 * Waits until `condition` is true (or returns something that is); tries again when it throws.
 * @throws after `withinMs`, with what was waited for and the last error
 */
export async function eventually<T>(condition: () => T | Promise<T>, what: string, withinMs = 30_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs
  let last: unknown = null
  for (;;) {
    try {
      const value = await condition()
      if (value) return value as NonNullable<T>
      last = null
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for: ${what}`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
