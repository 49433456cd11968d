import { copyFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Keeps log files small. The processes that write them outlive the node and append to an open file, so a file that has
 * grown is copied aside and emptied in place.
 */
export class LogFiles {
  private readonly dir: string
  private readonly limitBytes: number
  private readonly timer: NodeJS.Timeout

  constructor(dir: string, limitBytes = 20 * 1024 * 1024) {
    this.dir = dir
    this.limitBytes = limitBytes
    this.timer = setInterval(() => this.trim(), 60_000)
    this.timer.unref()
  }

  /** @returns the files that were emptied */
  trim(): string[] {
    if (!existsSync(this.dir)) return []
    const grown = readdirSync(this.dir)
      .filter((name) => name.endsWith('.log'))
      .map((name) => join(this.dir, name))
      .filter((file) => statSync(file).size > this.limitBytes)
    for (const file of grown) {
      copyFileSync(file, `${file}.1`)
      truncateSync(file)
    }
    return grown
  }

  close(): void {
    clearInterval(this.timer)
  }
}
