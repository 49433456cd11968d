import { listManagedProducts } from '@cityos/data-plane/contract'
import { signIn } from '@cityos/cli/session'
import { createClient, tenantAudience } from '@cityos/contract'
import { getProduct, listProducts } from '@cityos/data-plane/contract'
import { locateData, readOperator } from '@cityos/cli/data-directory'
import { buy, measureCheckout } from './checkout.ts'
import { addProducts, databaseSize, measureClone } from './database.ts'
import { measureCreate, measureMemory, measureWake } from './lifecycle.ts'
import { type Load, measureLoad } from './load.ts'
import type { Platform } from './platform.ts'
import type { Figure } from './report.ts'

export interface Bench {
  platform: Platform
  host: string
  tenantId: string
  products: number
  seconds: number
  say: (text: string) => void
}

const json = 'application/json'

/** Every benchmark by name, in the order they run in: the ones that need a quiet, small tenant come first. */
export const suites: Record<string, (bench: Bench) => Promise<Figure[]>> = {
  async memory({ platform, host, tenantId }) {
    await platform.operator.call((await import('@cityos/control-plane/contract')).sleepTenant, { params: { id: tenantId } })
    const shop = platform.shop(host)
    const page = await platform.fetch(`http://${host}:${platform.port}/en`, { headers: { accept: 'text/html' } })
    await page.text()
    const { items } = await shop(listProducts, { query: { limit: 1 } })
    await buy(shop, items[0]!.variants[0]!.id)
    const operator = readOperator(locateData(platform.dataDir))
    const tokens = await signIn(platform.operator.platform, operator, tenantAudience(tenantId))
    const admin = createClient({
      origin: `http://admin.${host}:${platform.port}`,
      fetch: platform.fetch,
      headers: () => ({ authorization: `Bearer ${tokens.access_token}` }),
    })
    await admin(listManagedProducts, { query: { limit: 20 } })
    return measureMemory(platform, host)
  },

  wake: ({ platform, host, tenantId }) => measureWake(platform, host, tenantId, 5),

  create: ({ platform }) => measureCreate(platform, 5),

  async size({ platform }) {
    return databaseSize(platform)
  },

  clone: ({ platform }) => measureClone(platform, 5),

  async list(bench) {
    await addProducts(bench)
    const paths = Array.from({ length: 200 }, (_, index) => `/v1/store/products?limit=20&offset=${(index * 20) % bench.products}`)
    return both(bench, { group: 'list of 20 with variants, prices, stock', paths, accept: json, aimCpuMs: 2 })
  },

  async detail(bench) {
    await addProducts(bench)
    return both(bench, { group: 'detail', paths: (await handles(bench)).map((handle) => `/v1/store/products/${handle}`), accept: json, aimCpuMs: 0.6 })
  },

  async search(bench) {
    await addProducts(bench)
    const words = ['oud', 'thobe', 'dates', 'phone', 'galxy', 'قهوة', 'عود', 'parfum', 'leather', 'linen', 'camera', 'silver']
    const paths = words.flatMap((word) => [0, 20, 40].map((offset) => `/v1/store/search?q=${encodeURIComponent(word)}&limit=20&offset=${offset}`))
    return both(bench, { group: 'search', paths, accept: json, aimCpuMs: 3 })
  },

  async page(bench) {
    await addProducts(bench)
    const paths = (await handles(bench)).map((handle) => `/en/products/${handle}`)
    return both(bench, { group: 'SSR product page', paths, accept: 'text/html', aimCpuMs: 6 })
  },

  async checkout(bench) {
    await addProducts(bench)
    return measureCheckout(bench.platform, bench.host, 100)
  },
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
  await shop(getProduct, { params: { handle: found[0]! } })
  return found
}
