import { copyFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
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

/** The last lines of a log, oldest first; none when there is no log. */
export async function lastLines(file: string, lines: number): Promise<string[]> {
  if (!existsSync(file)) return []
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, lines * 2_000)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    const found = buffer.toString('utf8').split('\n').filter(Boolean)
    // The first line of a part of the file is cut.
    return (length < size ? found.slice(1) : found).slice(-lines)
  } finally {
    await handle.close()
  }
}
