import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { verticalImports } from './console/vertical-imports.ts'
import { filesForReaders } from './e2e/kubernetes/cluster/readers.ts'
import { LongestFirst } from './scripts/longest-first.ts'

// Three projects: `unit` needs nothing beyond the dependencies (a suite that needs Postgres starts the embedded one);
// `e2e` starts whole platforms with `./cityos up` and works through HTTP and a browser;
// `k8s` runs inside a test cluster (`./cityos test k8s`); `soak` takes minutes and is run by hand (`./cityos test soak`).
// What is waited for may take its time, since several test files and the processes they start share the machine.
const patience = 30_000
// In CI a test that failed is run once more, and the report names it. Races and isolation say `retry: 0` themselves: there a
// fault that shows itself once is a fault.
const retry = process.env['CI'] ? 1 : 0

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [verticalImports()],
        test: {
          name: 'unit',
          include: ['{contract,http,mail,control-plane,data-plane,console,provisioning,cli,scripts,tools}/**/*.test.{ts,tsx}'],
          // the vertical that is copied has its tests run where it was copied to
          exclude: ['**/node_modules/**', '**/dist/**', 'data-plane/template/**'],
          globalSetup: ['provisioning/local/postgres/prepared.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: patience } },
          pool: 'forks',
          // suites of processes and timers wait now and then: another one works meanwhile
          maxWorkers: Math.ceil(availableParallelism() * 1.5),
          // The files of a worker share the modules they import: evaluating those anew for each took as long as the tests.
          // So a file leaves globals and the environment as it found them (`vi.stubEnv`, `vi.unstubAllEnvs`).
          isolate: false,
          retry,
        },
      },
      {
        test: {
          // minutes of simulated fleets on a virtual clock, and of a control plane that dies everywhere
          name: 'soak',
          include: ['{control-plane,e2e}/**/*.soak.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['e2e/shared-platform.ts'],
          hookTimeout: 300_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'e2e/kubernetes/**'],
          globalSetup: ['e2e/shared-platform.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          expect: { poll: { timeout: 120_000 } },
          retry,
          pool: 'forks',
          // one waits while the other works; each worker has a platform of its own for the files that share one
          maxWorkers: 2,
        },
      },
      {
        test: {
          // runs inside the namespaces of a test cluster, which `./cityos test k8s` starts around it
          name: 'k8s',
          include: (filesForReaders() ?? ['**/*']).map((name) => `e2e/kubernetes/${name}.test.ts`),
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          pool: 'forks',
          retry,
        },
      },
    ],
  },
})
