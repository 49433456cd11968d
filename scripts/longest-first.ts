import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, by the end of their paths: a run is over when its last file is, so these begin first. */
const long = [
  'e2e/upgrade.test.ts',
  'e2e/upgrade-kill.test.ts',
  'e2e/operation-properties.test.ts',
  'e2e/kill-boundaries.test.ts',
  'e2e/console-browser.test.ts',
  'control-plane/src/operations/properties.test.ts',
  'provisioning/local/node/node.test.ts',
  'data-plane/verticals/event-ticketing/test/race.test.ts',
]

/**
 * Seconds that files of the k8s suite take. Each of its clusters gets a share of them, one file after the other, and all are to be
 * done at about the same time.
 */
const inCluster: Record<string, number> = {
  operations: 305,
  platform: 298,
  recovery: 215,
  cells: 288,
  fleet: 168,
  faults: 165,
  archives: 157,
  upgrade: 98,
  driver: 70,
  isolation: 59,
  cluster: 22,
  observation: 12,
  charts: 7,
}
const unknown = 60

const secondsOf = ({ moduleId }: TestSpecification): number => inCluster[basename(moduleId, '.test.ts')] ?? unknown

const rank = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((path) => moduleId.endsWith(path))
  return found < 0 ? long.length : found
}

/** The order of test files: those that take longest, then as vitest has them (largest first). A shard is an equal share of the time. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }

  override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { index, count } = this.ctx.config.shard!
    const shares = Array.from({ length: count }, () => ({ seconds: 0, files: [] as TestSpecification[] }))
    for (const file of files.toSorted((a, b) => secondsOf(b) - secondsOf(a))) {
      const share = shares.reduce((least, each) => (each.seconds < least.seconds ? each : least))
      share.files.push(file)
      share.seconds += secondsOf(file)
    }
    return shares[index - 1]!.files
  }
}
