import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import type { Boundary } from './node.contract.ts'

let platform: TestPlatform
let token: string
let made = 0

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const get = (url: string) => platform.request('GET', url, { token })
const post = (url: string, body: object = {}) => platform.request('POST', url, { token, body })
const node = async (code: string) => (await get(`/api/v1/nodes/${code}`)).body.data
const error = (answer: { body: { errors: { code: string }[] } }) => answer.body.errors[0]
const add = async (type: string, parent_id: string | null, more: object = {}) => {
  made += 1
  return post('/api/v1/nodes', { code: `T-${made}`, type, name: { en: `Place ${made}` }, parent_id, ...more })
}
const added = async (type: string, parent: { id: string } | null, more: object = {}) => {
  const answer = await add(type, parent?.id ?? null, more)
  expect(answer.body.errors).toEqual([])
  return answer.body.data
}
function square(lat: number, lng: number, size: number): Boundary {
  const corners: [number, number][] = [
    [lng, lat],
    [lng + size, lat],
    [lng + size, lat + size],
    [lng, lat + size],
    [lng, lat],
  ]
  return { type: 'Polygon', coordinates: [corners] }
}

describe('the tree', () => {
  it('starts with the pilot city: districts, zones, facilities, assets, each directly under the level above', async () => {
    const { nodes } = (await get('/api/v1/nodes/tree')).body.data
    expect(nodes[0]).toMatchObject({ code: 'RUH', type: 'CITY', parent_id: null, children: 6 })
    expect(nodes.map((one: { code: string }) => one.code)).toEqual(
      expect.arrayContaining(['RUH-KAFD', 'RUH-OLAYA-MALL', 'RUH-KAFD-SCREEN-12']),
    )
    const screen = await node('RUH-KAFD-SCREEN-12')
    expect(screen.breadcrumbs.map((one: { type: string }) => one.type)).toEqual(['CITY', 'DISTRICT', 'ZONE', 'FACILITY'])
    const two = (await get('/api/v1/nodes/tree?depth=2')).body.data.nodes
    expect(new Set(two.map((one: { type: string }) => one.type))).toEqual(new Set(['CITY', 'DISTRICT']))
  })

  it('a facility under a city is refused, an asset under a zone only where the zone holds assets', async () => {
    const city = await node('RUH')
    const facility = await add('FACILITY', city.id)
    expect(facility.status).toBe(422)
    expect(error(facility)).toMatchObject({ code: 'invalid_parent_type', details: { type: 'FACILITY', parent_type: 'ZONE' } })
    expect(error(await add('DISTRICT', null))!.code).toBe('invalid_parent_type')
    const district = await added('DISTRICT', city)
    const zone = await added('ZONE', district)
    expect(error(await add('ASSET', zone.id))!.code).toBe('invalid_parent_type')
    await platform.request('PATCH', `/api/v1/nodes/${zone.id}`, { token, body: { holds_assets: true } })
    expect((await add('ASSET', zone.id)).status).toBe(201)
    const back = await platform.request('PATCH', `/api/v1/nodes/${zone.id}`, { token, body: { holds_assets: false } })
    expect(error(back)!.code).toBe('node_not_empty')
  })

  it('a place cannot be moved into itself, and one that is not empty is not removed', async () => {
    const district = await added('DISTRICT', await node('RUH'))
    const zone = await added('ZONE', district)
    const facility = await added('FACILITY', zone)
    const cycle = await post(`/api/v1/nodes/${zone.id}/move`, { parent_id: facility.id })
    expect(cycle.status).toBe(409)
    expect(error(cycle)!.code).toBe('node_cycle')
    const full = await platform.request('DELETE', `/api/v1/nodes/${zone.id}`, { token })
    expect(full.status).toBe(409)
    expect(error(full)).toMatchObject({ code: 'node_not_empty', details: { children: 1 } })
    expect((await platform.request('DELETE', `/api/v1/nodes/${facility.id}`, { token })).status).toBe(200)
    expect((await platform.request('DELETE', `/api/v1/nodes/${zone.id}`, { token })).status).toBe(200)
  })

  it('a moved place takes everything in it along', async () => {
    const [from, to] = [await added('DISTRICT', await node('RUH')), await added('DISTRICT', await node('RUH'))]
    const zone = await added('ZONE', from)
    const asset = await added('ASSET', await added('FACILITY', zone))
    expect((await post(`/api/v1/nodes/${zone.id}/move`, { parent_id: to.id, version: 7 })).body.errors[0].code).toBe('stale_version')
    expect((await post(`/api/v1/nodes/${zone.id}/move`, { parent_id: to.id, version: 0 })).status).toBe(200)
    const moved = await node(asset.id)
    expect(moved.path.startsWith(to.path)).toBe(true)
    expect(moved.breadcrumbs[1].id).toBe(to.id)
    expect((await get(`/api/v1/nodes?within=${to.id}`)).body.meta.total).toBe(4)
    expect((await get(`/api/v1/nodes?within=${from.id}`)).body.meta.total).toBe(1)
  })

  it('codes are unique, and inactive places hold nothing active', async () => {
    const district = await added('DISTRICT', await node('RUH'))
    const zone = await added('ZONE', district)
    expect(error(await add('ZONE', district.id, { code: zone.code }))!.code).toBe('already_exists')
    const off = (id: string, status = 'inactive') => platform.request('PATCH', `/api/v1/nodes/${id}`, { token, body: { status } })
    expect(error(await off(district.id))!.code).toBe('node_not_empty')
    expect((await off(zone.id)).status).toBe(200)
    expect((await off(district.id)).status).toBe(200)
    expect(error(await off(zone.id, 'active'))!.code).toBe('validation_failed')
  })
})

describe('moves at the same time', { retry: 0 }, () => {
  it('leave every path true to its parents, whatever wins', async () => {
    const city = await node('RUH')
    const districts = await Promise.all(Array.from({ length: 3 }, () => added('DISTRICT', city)))
    const zones = await Promise.all(districts.flatMap((district) => [added('ZONE', district), added('ZONE', district)]))
    const facilities = await Promise.all(zones.map((zone) => added('FACILITY', zone)))
    const moves = [
      ...zones.map((zone, index) => post(`/api/v1/nodes/${zone.id}/move`, { parent_id: districts[(index + 1) % 3].id })),
      ...facilities.map((facility, index) => post(`/api/v1/nodes/${facility.id}/move`, { parent_id: zones[(index + 3) % 6].id })),
      ...zones.map((zone) => add('FACILITY', zone.id)),
    ]
    const answers = await Promise.all(moves)
    expect(answers.map((answer) => answer.status).filter((status) => status >= 400)).toEqual([])
    const { body } = await get(`/api/v1/nodes/tree?root=${city.id}`)
    const byId = new Map<string, { path: string; parent_id: string | null; id: string }>(
      body.data.nodes.map((one: { id: string }) => [one.id, one]),
    )
    for (const one of byId.values()) {
      const parent = one.parent_id ? byId.get(one.parent_id)! : null
      expect(one.path).toBe(`${parent ? `${parent.path}.` : ''}${one.id.slice(4)}`)
    }
  })

  it('of twenty removals and additions in one place either the place is gone or nothing of it', async () => {
    const zone = await added('ZONE', await added('DISTRICT', await node('RUH')))
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => add('FACILITY', zone.id)),
      ...Array.from({ length: 10 }, () => platform.request('DELETE', `/api/v1/nodes/${zone.id}`, { token })),
    ])
    const created = answers.slice(0, 10).filter((answer) => answer.status === 201).length
    const removed = answers.slice(10).filter((answer) => answer.status === 200).length
    expect(removed).toBe(created === 0 ? 1 : 0)
    expect((await get(`/api/v1/nodes/${zone.id}`)).status).toBe(created === 0 ? 404 : 200)
  })
})

describe('boundaries', () => {
  it('a point is resolved to its district and zone; one in the desert lies outside the city', async () => {
    const { body } = await get('/api/v1/nodes/resolve?lat=24.694&lng=46.678')
    expect(body.data.nodes.map((one: { code: string }) => one.code)).toEqual(['RUH', 'RUH-OLAYA', 'RUH-OLAYA-KFR'])
    expect(body.data.district.code).toBe('RUH-OLAYA')
    expect((await get('/api/v1/nodes/resolve?lat=24.45&lng=46.4')).body.data).toMatchObject({ district: null, nodes: [{ code: 'RUH' }] })
    const desert = await get('/api/v1/nodes/resolve?lat=20.1&lng=50.2')
    expect(desert.status).toBe(404)
    expect(error(desert)!.code).toBe('outside_city')
  })

  it('a place lies in its parent, give or take 50 m', async () => {
    const kafd = await node('RUH-KAFD')
    const metre = 1 / 111_195
    const within = await add('ZONE', kafd.id, { boundary: square(24.755 - 40 * metre, 46.631, 0.002) })
    expect(within.body.errors).toEqual([])
    const beyond = await add('ZONE', kafd.id, { boundary: square(24.755 - 90 * metre, 46.631, 0.002) })
    expect(beyond.status).toBe(422)
    expect(error(beyond)).toMatchObject({ code: 'geometry_invalid', details: { reason: 'outside_parent', metres: 90 } })
    const small = await platform.request('PATCH', `/api/v1/nodes/${kafd.id}`, { token, body: { boundary: square(24.76, 46.635, 0.001) } })
    expect(error(small)).toMatchObject({ code: 'geometry_invalid', details: { reason: 'child_outside' } })
    const moved = await post(`/api/v1/nodes/${within.body.data.id}/move`, { parent_id: (await node('RUH-MALQA')).id })
    expect(error(moved)).toMatchObject({ code: 'geometry_invalid' })
  })

  it('a shape that is no area is refused', async () => {
    const open = {
      type: 'Polygon',
      coordinates: [
        [
          [46.63, 24.756],
          [46.64, 24.756],
          [46.64, 24.76],
          [46.63, 24.76],
        ],
      ],
    }
    expect(error(await add('ZONE', (await node('RUH-KAFD')).id, { boundary: open }))).toMatchObject({
      code: 'geometry_invalid',
      details: { reason: 'ring_not_closed' },
    })
  })

  it('what is near is listed nearest first, and the map has every place', async () => {
    const { nodes } = (await get('/api/v1/nodes/near?lat=24.694&lng=46.678&radius_m=500')).body.data
    expect(nodes.map((one: { code: string }) => one.code)).toEqual(['RUH-OLAYA-MALL', 'RUH-OLAYA-KIOSK-12'])
    expect(nodes[1].distance_m).toBeLessThan(50)
    const map = (await get('/api/v1/nodes/geojson?type=DISTRICT')).body.data
    expect(map.features.find((one: { properties: { code: string } }) => one.properties.code === 'RUH-KAFD').geometry.type).toBe('Polygon')
  })

  it('a GeoJSON collection is taken whole or not at all, and twice changes nothing', async () => {
    const feature = (code: string, type: string, parent: string | null, geometry: object | null = null) => ({
      type: 'Feature',
      geometry,
      properties: { code, type, name: { en: code, ar: code }, parent },
    })
    const features = [
      feature('JED', 'CITY', null, square(21.4, 39.1, 0.3)),
      feature('JED-BALAD', 'DISTRICT', 'JED', square(21.45, 39.15, 0.05)),
      feature('JED-BALAD-1', 'ZONE', 'JED-BALAD', square(21.46, 39.16, 0.01)),
    ]
    const send = (list: object[], dry_run = false) => post('/api/v1/nodes/import', { type: 'FeatureCollection', features: list, dry_run })
    expect((await send(features, true)).body.data).toEqual({ created: 3, changed: 0, unchanged: 0 })
    expect((await get('/api/v1/nodes/JED')).status).toBe(404)
    const faulty = await send([...features, feature('JED-X', 'FACILITY', 'JED')])
    expect(error(faulty)).toMatchObject({ code: 'invalid_parent_type', field: 'features.3', details: { code: 'JED-X' } })
    expect((await get('/api/v1/nodes/JED')).status).toBe(404)
    expect((await send(features)).body.data).toEqual({ created: 3, changed: 0, unchanged: 0 })
    expect((await send(features)).body.data).toEqual({ created: 0, changed: 0, unchanged: 3 })
    expect((await get('/api/v1/nodes/resolve?lat=21.465&lng=39.165')).body.data.district.code).toBe('JED-BALAD')
  })
})
