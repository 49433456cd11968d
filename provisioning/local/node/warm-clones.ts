import type { Databases } from '../postgres/databases.ts'

/** Keeps a few clones of the current release's template ready, so that a new tenant has its database at once. */
export class WarmClones {
  private readonly databases: Databases
  private readonly wanted: number
  private readonly note: (message: string) => void
  private template: string | null = null
  private known = 0
  private filling: Promise<void> | null = null
  private again = false
  private closed = false

  constructor(databases: Databases, size: number, note: (message: string) => void) {
    this.databases = databases
    this.wanted = size
    this.note = note
  }

  get size(): number {
    return this.known
  }

  /** Fills from this template from now on, and drops the clones of every other one. */
  use(template: string): void {
    this.template = template
    this.refill()
  }

  refill(): void {
    if (this.closed || !this.template) return
    this.again = true
    this.filling ??= this.fill().finally(() => {
      this.filling = null
    })
  }

  /** Lets work that is under way finish, so that nothing half-made stays behind. */
  async close(): Promise<void> {
    this.closed = true
    await this.filling
  }

  private async fill(): Promise<void> {
    while (this.again && !this.closed && this.template) {
      this.again = false
      const { template } = this
      try {
        await this.databases.dropStaleClones(template)
        this.known = (await this.databases.clones(template)).length
        while (!this.closed && this.template === template && this.known < this.wanted) {
          await this.databases.addClone(template)
          this.known = (await this.databases.clones(template)).length
        }
      } catch (error) {
        this.note(`no warm database: ${error instanceof Error ? error.message : String(error)}`)
        return
      }
    }
  }
}
