import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const here = fileURLToPath(new URL('./verticals.ts', import.meta.url))
const inVerticalConsole = /\/data-plane\/verticals\/[^/]+\/console\//

/**
 * A vertical keeps its screens in its own folder, but they are part of the console: their imports by name (`react-admin`,
 * `@mui/material`, `@cityos/console/kit`) are resolved as if they stood here, so that there is one copy of each library.
 * The same mapping for the type checker is `paths` in `console/tsconfig.json`.
 */
export function verticalImports(): Plugin {
  return {
    name: 'console-vertical-imports',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!importer || source.startsWith('.') || source.startsWith('/') || source.startsWith('\0')) return null
      if (!inVerticalConsole.test(importer)) return null
      return this.resolve(source, here, { skipSelf: true })
    },
  }
}
