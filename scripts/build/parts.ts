import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './sources.ts'

export type PartName = 'data-plane' | 'control-plane' | 'stack' | 'tenant-job' | 'storefront' | 'operator-console' | 'tenant-console'

/** One separately cached piece of a release. */
export interface Part {
  name: PartName
  /** Without this file the part does not exist. */
  entry: string
  /** What its result depends on. */
  sources: readonly string[]
  keep?: (file: string) => boolean
  /** Where it lies inside the release; '' is the release's folder itself. */
  target: string
  build: (outDir: string) => Promise<void>
}

const everywhere = ['pnpm-lock.yaml', 'tsconfig.base.json', 'scripts/build', 'scripts/build.ts', 'contract/src']
const declaration = /(contract|manifest|lifecycle|rules)\.ts$|\/i18n\/|^data-plane\/verticals\/[^/]+\/(storefront|console)\//

export const parts: readonly Part[] = [
  {
    name: 'control-plane',
    entry: 'control-plane/src/main.ts',
    sources: [...everywhere, 'http/src', 'mail/src', 'provisioning', 'control-plane'],
    target: '',
    build: (outDir) => bundleProgram('control-plane', 'control-plane/src/main.ts', outDir),
  },
  {
    // Pulumi for one tenant's stack, in a process of its own that the Kubernetes driver starts
    name: 'stack',
    entry: 'provisioning/kubernetes/stack/main.ts',
    sources: [...everywhere, 'provisioning/kubernetes/stack', 'provisioning/package.json'],
    target: '',
    build: (outDir) => bundleProgram('stack', 'provisioning/kubernetes/stack/main.ts', outDir),
  },
  {
    // A tenant's Job in a cluster: its archive, a rehearsal, its migrations
    name: 'tenant-job',
    entry: 'provisioning/kubernetes/job/main.ts',
    sources: [...everywhere, 'provisioning/archive', 'provisioning/kubernetes/job', 'provisioning/local', 'provisioning/package.json'],
    target: '',
    build: (outDir) => bundleProgram('tenant-job', 'provisioning/kubernetes/job/main.ts', outDir),
  },
  {
    name: 'data-plane',
    entry: 'data-plane/src/main.ts',
    sources: [...everywhere, 'http/src', 'mail/src', 'data-plane'],
    target: '',
    build: (outDir) => bundleProgram('data-plane', 'data-plane/src/main.ts', outDir),
  },
  {
    name: 'storefront',
    entry: 'data-plane/storefront/client/main.ts',
    sources: [...everywhere, 'data-plane'],
    keep: (file) =>
      !file.startsWith('data-plane/') || /^data-plane\/(storefront\/|vite\.config|package\.json)/.test(file) || declaration.test(file),
    target: 'assets',
    build: (outDir) => bundleBrowser('data-plane', 'production', outDir),
  },
  ...(['operator', 'tenant'] as const).map(
    (mode): Part => ({
      name: `${mode}-console`,
      entry: 'console/vite.config.ts',
      sources: [...everywhere, 'console', 'control-plane', 'data-plane'],
      keep: (file) => !/^(control-plane|data-plane)\//.test(file) || declaration.test(file),
      target: `console/${mode}`,
      build: (outDir) => bundleBrowser('console', mode, outDir),
    }),
  ),
]

/** Optional peers that the frameworks probe for; absent at run time, as they are in the checkout. */
const optionalPeers = [
  /^@nestjs\/(microservices|websockets|platform-express|platform-socket\.io)(\/|$)/,
  /^(class-transformer|class-validator|pg-native|bufferutil|utf-8-validate|sharp|@fastify\/view)(\/|$)/,
]

/** Pulumi reads functions with a compiler to send them elsewhere; nothing here does that, and the compiler is 9 MB. */
const compilerShim = {
  name: 'without-compiler',
  resolveId: (id: string) => (/(^|\/)typescript-shim(\.js)?$/.test(id) ? '\0no-compiler' : null),
  load: (id: string) => (id === '\0no-compiler' ? 'export default {}' : null),
}

/** Bundles a program into `<name>.mjs` (and lazily loaded chunks beside it); a Nest service with its decorators' metadata. */
async function bundleProgram(name: string, entry: string, outDir: string): Promise<void> {
  const folder = join(root, entry.split('/', 1)[0]!)
  const bundle = await rolldown({
    input: { [name]: join(root, entry) },
    cwd: folder,
    platform: 'node',
    tsconfig: join(folder, 'tsconfig.json'),
    external: (id) => optionalPeers.some((peer) => peer.test(id)),
    plugins: [compilerShim],
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  try {
    await bundle.write({
      dir: outDir,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: `${name}-[name]-[hash].mjs`,
      minify: true,
      keepNames: true,
      sourcemap: 'hidden',
      // CommonJS dependencies inside an ES module expect these three.
      banner: [
        "import { createRequire as cityosCreateRequire } from 'node:module'",
        'const require = cityosCreateRequire(import.meta.url)',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname',
      ].join('\n'),
    })
  } finally {
    await bundle.close()
  }
}

/** Runs a vite build in a process of its own, so that its memory is gone afterwards. */
async function bundleBrowser(folder: string, mode: string, outDir: string): Promise<void> {
  await run(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--mode', mode, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'],
    join(root, folder),
  )
}

/** Code made from the schemas (clients, table types); each package says how in its `generate` script. */
export const generators = [
  { folder: 'data-plane', sources: ['data-plane', 'pnpm-lock.yaml'] },
  { folder: 'control-plane', sources: ['control-plane', 'pnpm-lock.yaml'] },
] as const

export async function hasGenerator(folder: string): Promise<boolean> {
  if (!existsSync(join(root, folder, 'package.json'))) return false
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as { scripts?: Record<string, string> }
  return manifest.scripts?.['generate'] !== undefined
}

export async function generate(folder: string): Promise<void> {
  await run('pnpm', ['--silent', 'run', 'generate'], join(root, folder))
}

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} (in ${cwd}) ended with ${code}:\n${output.trim()}`)
}
