import { defineConfig } from 'vitest/config'
import { verticalImports } from './console/vertical-imports.ts'

// Three projects: `unit` needs nothing beyond the dependencies (a suite that needs Postgres starts the embedded one);
// `e2e` starts whole platforms with `./cityos up` and works through HTTP and a browser, one file at a time;
// `k8s` runs inside a test cluster (`./cityos test k8s`); `soak` takes minutes and is run by hand (`./cityos test soak`).
// In CI a test that failed is run once more, and the report names it. Races and isolation say `retry: 0` themselves: there a
// fault that shows itself once is a fault.
const retry = process.env['CI'] ? 1 : 0

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [verticalImports()],
        test: {
          name: 'unit',
          include: ['{contract,http,mail,control-plane,data-plane,console,provisioning,cli,scripts,tools}/**/*.test.{ts,tsx}'],
          // the vertical that is copied has its tests run where it was copied to
          exclude: ['**/node_modules/**', '**/dist/**', 'data-plane/template/**'],
          globalSetup: ['provisioning/local/postgres/prepared.setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: '100%',
          retry,
        },
      },
      {
        test: {
          // minutes of simulated fleets on a virtual clock
          name: 'soak',
          include: ['control-plane/**/*.soak.ts'],
          exclude: ['**/node_modules/**'],
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'e2e/kubernetes/**'],
          globalSetup: ['e2e/shared-platform.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          pool: 'forks',
          retry,
        },
      },
      {
        test: {
          // runs inside the namespaces of a test cluster, which `./cityos test k8s` starts around it
          name: 'k8s',
          include: ['e2e/kubernetes/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          pool: 'forks',
          retry,
        },
      },
    ],
  },
})
