import { fileURLToPath } from 'node:url'
import type { AnyEndpoint } from '@cityos/contract'
import * as control from '@cityos/control-plane/contract'
import * as data from '@cityos/data-plane/contract'
import { fakePlatform } from './fake-platform.ts'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isEndpoint = (value: unknown): value is AnyEndpoint => isObject(value) && 'method' in value && 'path' in value && 'response' in value

/** Every endpoint both planes declare: by itself or, as those of the city hierarchy, as a field of its noun. */
export const declaredEndpoints: AnyEndpoint[] = [control, data]
  .flatMap((contract: object): unknown[] => Object.values(contract))
  .flatMap((value): unknown[] => (isObject(value) && !isEndpoint(value) ? [value, ...Object.values(value)] : [value]))
  .filter(isEndpoint)

/** Somebody is signed in and may do everything. */
export const signedIn = {
  'auth.session': (sampled: unknown) => ({
    ...(sampled as object),
    grants: [{ role: 'super-admin', tenant_id: null, nodes: [] }],
    expires_at: '2099-01-01T00:00:00.000Z',
  }),
}

/** `node test/preview.ts operator|tenant [port]`: the built console over sampled answers, without any platform. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = process.argv[2] === 'tenant' ? 'tenant' : 'operator'
  const port = Number(process.argv[3] ?? 8099)
  const files = fileURLToPath(new URL(`../../dist/release/console/${build}`, import.meta.url))
  fakePlatform({ files, endpoints: declaredEndpoints, answers: signedIn }).listen(port, '127.0.0.1', () => {
    const host = build === 'operator' ? 'cityos.localhost' : 'admin.preview.localhost'
    console.log(`http://${host}:${port}${build === 'tenant' ? ` and http://vendor.preview.localhost:${port}` : ''}`)
  })
}
