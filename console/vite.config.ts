import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { budget } from './budget.ts'
import { verticalImports } from './vertical-imports.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * One code base, two builds: `--mode operator` (served by the control plane) and `--mode tenant`
 * (admin and vendor dashboard, served by each data plane at its own release).
 */
export default defineConfig(({ mode, command }) => {
  // A mode of its own name must not decide about React's development build; whatever the caller's environment says.
  if (command === 'build') process.env['NODE_ENV'] = 'production'
  const build = mode === 'tenant' ? 'tenant' : 'operator'
  return {
    root: here(`./${build}`),
    base: '/',
    define: { 'process.env.NODE_ENV': JSON.stringify(command === 'build' ? 'production' : 'development') },
    plugins: [verticalImports(), react(), budget()],
    build: {
      outDir: here(`../dist/release/console/${build}`),
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1600,
      manifest: 'manifest.json',
      // Contracts and the kit only declare: what a screen does not use of them need not be downloaded with it.
      rolldownOptions: {
        treeshake: { moduleSideEffects: [{ test: /contract\.ts$|\/contract\/src\/|\/console\/kit\.ts$/, sideEffects: false }] },
      },
    },
  }
})
