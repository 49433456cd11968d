import { locateData, readOperator } from '@cityos/cli/data-directory'
import { signIn } from '@cityos/cli/session'
import { createClient, tenantAudience } from '@cityos/contract'
import { adminListProducts, listProducts } from '@cityos/data-plane/contract'
import { measureArchives } from './archive.ts'
import { buy, measureCheckout } from './checkout.ts'
import { addProducts, databaseSize, measureClone } from './database.ts'
import { measureIdentity } from './identity.ts'
import { measureCreate, measureMemory, measureWake, sleep } from './lifecycle.ts'
import { type Load, measureLoad } from './load.ts'
import type { Platform } from './platform.ts'
import { measureRegistry } from './registry.ts'
import type { Figure } from './report.ts'
import { measureUpgrade } from './upgrade.ts'
import { measureRollUp } from './usage.ts'
import { measureMenu, measureMixed, measureSeatMap, measureSlots, measureStorm } from './verticals.ts'

export interface Bench {
  platform: Platform
  /** A platform without warm processes and clones, started when first asked for. */
  coldPlatform(): Promise<Platform>
  host: string
  tenantId: string
  products: number
  seconds: number
}

const json = 'application/json'

/** Every benchmark by name, in the order they run in: those of a quiet, small tenant come first. */
export const suites: Record<string, (bench: Bench) => Promise<Figure[]>> = {
  async memory({ platform, host, tenantId }) {
    await sleep(platform, tenantId)
    const page = await platform.fetch(`http://${host}:${platform.port}/en`, { headers: { accept: 'text/html' } })
    await page.text()
    const shop = platform.shop(host)
    const { items } = await shop(listProducts, { query: { limit: 1, in_stock: 'true' } })
    await buy(shop, items[0]!.variants[0]!.id)
    await listAsAdmin(platform, host, tenantId)
    return measureMemory(platform, host)
  },

  async tenant({ platform, coldPlatform }) {
    const warm = await measureCreate(platform, 5)
    const cold = await coldPlatform()
    const created = await measureCreate(cold, 3)
    return [
      ...warm.figures,
      ...created.figures,
      ...(await measureWake(platform, warm.tenant, 5)),
      ...(await measureWake(cold, created.tenant, 5)),
      ...(await databaseSize(platform.dataDir, warm.tenant.id)),
      ...(await measureClone(platform, 5)),
    ]
  },

  archive: ({ platform, host }) => measureArchives(platform, host.slice(0, host.indexOf('.'))),

  'roll-up': ({ platform }) => measureRollUp(platform.dataDir),

  async list(bench) {
    await fill(bench)
    const paths = Array.from({ length: 200 }, (_, index) => `/v1/store/products?limit=20&offset=${(index * 20) % bench.products}`)
    return both(bench, { group: 'list of 20 with variants, prices, stock', paths, accept: json, aimCpuMs: 2 })
  },

  async detail(bench) {
    await fill(bench)
    const paths = (await handles(bench)).map((handle) => `/v1/store/products/${handle}`)
    return both(bench, { group: 'detail', paths, accept: json, aimCpuMs: 0.6 })
  },

  async search(bench) {
    await fill(bench)
    const words = ['oud', 'thobe', 'dates', 'phone', 'galxy', 'قهوة', 'عود', 'parfum', 'leather', 'linen', 'camera', 'silver']
    const paths = words.flatMap((word) =>
      [0, 20, 40].map((offset) => `/v1/store/search?q=${encodeURIComponent(word)}&limit=20&offset=${offset}`),
    )
    return both(bench, { group: 'search', paths, accept: json, aimCpuMs: 3 })
  },

  async page(bench) {
    await fill(bench)
    const paths = (await handles(bench)).map((handle) => `/en/products/${handle}`)
    return both(bench, { group: 'SSR product page', paths, accept: 'text/html', aimCpuMs: 6 })
  },

  async checkout(bench) {
    await fill(bench)
    return measureCheckout(bench.platform, bench.host, 100)
  },

  identity: ({ platform, tenantId }) => measureIdentity(platform, tenantId),
  slots: measureSlots,
  seatmap: measureSeatMap,
  menu: measureMenu,
  mixed: measureMixed,
  storm: measureStorm,
  upgrade: ({ platform }) => measureUpgrade(platform),
  registry: ({ platform, tenantId }) => measureRegistry(platform, tenantId),
}

function fill({ platform, tenantId, products }: Bench): Promise<void> {
  return addProducts(platform.dataDir, tenantId, products)
}

async function listAsAdmin(platform: Platform, host: string, tenantId: string): Promise<void> {
  const tokens = await signIn(platform.operator.platform, readOperator(locateData(platform.dataDir)), tenantAudience(tenantId))
  const admin = createClient({
    origin: `http://admin.${host}:${platform.port}`,
    fetch: platform.fetch,
    headers: () => ({ authorization: `Bearer ${tokens.access_token}` }),
  })
  await admin(adminListProducts, { query: { limit: 20 } })
}

/** The same load twice: every request another path (uncached), and one path again and again (cached). */
async function both(bench: Bench, load: Omit<Load, 'name' | 'host'>): Promise<Figure[]> {
  const uncached = await measureLoad(bench.platform, { ...load, host: bench.host, name: 'uncached' }, bench.seconds)
  const cached = { ...load, host: bench.host, name: 'cached', paths: load.paths.slice(0, 1), aimCpuMs: undefined }
  return [...uncached, ...(await measureLoad(bench.platform, cached, bench.seconds))]
}

async function handles({ platform, host, products }: Bench): Promise<string[]> {
  const shop = platform.shop(host)
  const found: string[] = []
  for (let offset = 0; offset < Math.min(products, 1000); offset += 100) {
    const page = await shop(listProducts, { query: { limit: 100, offset } })
    found.push(...page.items.map((product) => product.handle))
  }
  return found
}
