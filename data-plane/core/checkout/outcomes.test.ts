import { afterAll, beforeAll, expect, it } from 'vitest'
import { Notifications } from '../../platform/db/index.ts'
import { LOG } from '../../platform/log/log.ts'
import { TestCluster, type TestPlatform } from '../../testing/platform.ts'
import { CheckoutOutcomes } from './outcomes.ts'

let cluster: TestCluster
let web: TestPlatform
let worker: TestPlatform

beforeAll(async () => {
  cluster = await TestCluster.start()
  const database = await cluster.tenant()
  ;[web, worker] = [await cluster.platform(database), await cluster.platform(database)]
  for (const process of [web, worker]) await process.get(Notifications).start()
})
afterAll(() => cluster?.stop())

const outcomesOf = (process: TestPlatform) => new CheckoutOutcomes(process.get(Notifications), process.get(LOG as never))

it('whoever waits for a checkout hears that the shopper is asked, also from another process', async () => {
  const [here, there] = [outcomesOf(web), outcomesOf(worker)]
  const first = here.onActionRequired('chk_1')
  here.actionRequired('chk_1')
  await first.asked
  const second = here.onActionRequired('chk_2')
  there.actionRequired('chk_2')
  await second.asked
  for (const waiting of [first, second]) waiting.stop()
  expect.assertions(0)
})
