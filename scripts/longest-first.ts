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

const rank = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((path) => moduleId.endsWith(path))
  return found < 0 ? long.length : found
}

/** The order of test files: those that take longest, then as vitest has them (largest first). */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
