import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const outDir = process.env.CITYOS_ASSETS_OUT ?? join(here, '../dist/release/assets')

/** Compresses once at build time, so that serving an asset costs no CPU: `x.js` → `x.js.br`, `x.js.gz`. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    writeBundle(options) {
      const folder = options.dir ?? outDir
      for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg)$/.test(file))) {
        const source = readFileSync(join(folder, name))
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
        writeFileSync(join(folder, `${name}.gz`), gzipSync(source, { level: 9 }))
      }
    },
  }
}

// The storefront's client: styles, fonts and the islands. The pages themselves are rendered by the data plane.
export default defineConfig({
  root: join(here, 'storefront'),
  base: '/assets/',
  publicDir: false,
  logLevel: 'warn',
  plugins: [tailwindcss(), precompress()],
  build: {
    outDir,
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    assetsDir: '',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [join(here, 'storefront/client/main.ts'), join(here, 'storefront/client/offline-worker.ts')] },
  },
})
