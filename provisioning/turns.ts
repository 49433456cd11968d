/** Tasks about one thing (a tenant) run one after the other, in the order they came; those about different things side by side. */
export class Turns {
  private readonly queues = new Map<string, Promise<unknown>>()

  /** Runs the task after the earlier ones of this key, whether those succeeded or not. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.queues.get(key) ?? Promise.resolve()).then(task)
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.queues.get(key) === settled) this.queues.delete(key)
      })
    this.queues.set(key, settled)
    return turn
  }
}
