import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** What a shell may weigh before its first page, compressed (ux budget: console shell). */
export const shellBudget = 420 * 1024

interface Chunk {
  fileName: string
  imports: string[]
  code: string
}

/** Compressed bytes of a chunk and everything it loads with it. */
export function weightOf(root: Chunk, find: (fileName: string) => Chunk | undefined): number {
  const seen = new Set<string>()
  const visit = (chunk: Chunk): number => {
    if (seen.has(chunk.fileName)) return 0
    seen.add(chunk.fileName)
    return chunk.imports.reduce((sum, name) => {
      const next = find(name)
      return next ? sum + visit(next) : sum
    }, gzipSync(chunk.code).length)
  }
  return visit(root)
}

/** Fails the build when a console's shell (an entry, or one of the two consoles the tenant build chooses from) is too heavy. */
export function budget(): Plugin {
  return {
    name: 'console-budget',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const find = (fileName: string) => chunks.find((chunk) => chunk.fileName === fileName)
      for (const chunk of chunks) {
        if (!chunk.isEntry && !chunk.facadeModuleId?.endsWith('/start.tsx')) continue
        const weight = weightOf(chunk, find)
        if (weight > shellBudget)
          this.error(
            `${chunk.fileName} weighs ${Math.round(weight / 1024)} KiB compressed, the budget is ${shellBudget / 1024} KiB: load something lazily`,
          )
      }
    },
  }
}
