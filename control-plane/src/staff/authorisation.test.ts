import { type AnyEndpoint, newId, platformAudience } from '@cityos/contract'
import { EndpointRegistry } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { SigningKeys } from '../sign-in/signing-keys.ts'
import { type Answer, TestPlatform } from '../testing/platform.ts'
import { recorded, unscoped } from '../testing/query-recorder.ts'
import { nodeRoles } from './ability.ts'
import { cityWideGrant, type Group, roleLetters, tenantGrant, type World } from './authorisation.decision.ts'
import { table } from './authorisation.table.ts'
import { StaffReach } from './staff.reach.ts'

let platform: TestPlatform
let world: World & { theirs: { operation: string; slug: string } }
let endpoints: AnyEndpoint[]
const tokens = new Map<string, string>()

/** A node in a district of its own, and a tenant that lies on it. */
async function placed(operator: string, slug: string) {
  const { body } = await platform.createTenant(operator, slug)
  const id = body.data.tenant.id as string
  const { db } = platform.app.get(Registry)
  const at = new Date()
  const node = newId('nod')
  const row = { type: 'CITY', name: json({ en: slug }), status: 'active', attributes: json({}), created_at: at, updated_at: at }
  const path = node.slice('nod_'.length)
  await db.node.create({ data: { ...row, id: node, code: `city-${slug}`, path } })
  await db.tenant.update({ where: { id }, data: { node_id: node } })
  return { id, node, path, slug, operation: body.data.operation.id as string }
}

/** A member of staff with one grant and an open session; the token is what signing in would have given. */
async function tokenOf(grant: ReturnType<typeof tenantGrant>): Promise<string> {
  const { app } = platform
  const [registry, sealing, settings] = [app.get(Registry), app.get(Sealing), app.get<Settings>(SETTINGS)]
  const now = new Date()
  const [sub, sid, email] = [newId('stf'), newId('ses'), `${newId('who')}@staff.test`]
  await registry.db.staff_user.create({
    data: {
      id: sub,
      email_sealed: sealing.seal('personal', email),
      email_index: sealing.emailIndex(email),
      name_sealed: sealing.seal('personal', grant.role),
      password_hash: 'none',
      status: 'active',
      created_at: now,
      updated_at: now,
      grants: { create: { id: newId('grt'), role: grant.role, tenant_id: grant.tenant_id, nodes: grant.nodes, created_at: now } },
      sessions: {
        create: {
          id: sid,
          client_id: 'cli',
          sign_in_id: sid,
          last_used_at: now,
          audience: platformAudience,
          created_at: now,
          expires_at: new Date(now.getTime() + 86_400_000),
        },
      },
    },
  })
  const kept = { role: grant.role, tenant_id: grant.tenant_id, nodes: grant.nodes }
  const iat = Math.floor(now.getTime() / 1000)
  return app.get(SigningKeys).sign({
    iss: issuer(settings),
    aud: platformAudience,
    sub,
    sid,
    jti: newId('jti'),
    iat,
    exp: iat + 900,
    email,
    name: grant.role,
    grants: await app.get(StaffReach).forToken(registry.db, [kept], platformAudience),
  })
}

beforeAll(async () => {
  platform = await TestPlatform.start()
  const operator = (await platform.signIn()).access_token
  const [ours, theirs] = await Promise.all([placed(operator, 'ours'), placed(operator, 'theirs')])
  world = { ours, theirs }
  await Promise.all(
    roleLetters.flatMap(([role]) => [
      tokenOf(cityWideGrant(role, world)).then((token) => tokens.set(`city-wide ${role}`, token)),
      tokenOf(tenantGrant(role, world)).then((token) => tokens.set(`own ${role}`, token)),
    ]),
  )
  endpoints = platform.app
    .get(EndpointRegistry)
    .all()
    .map(({ endpoint }) => endpoint)
})
afterAll(() => platform.stop())

/** By default with the id of something that does not exist: whoever passes the gate gets 4xx for another reason, and nothing is changed. */
function call(endpoint: AnyEndpoint, token: string | undefined, idOf: (name: string) => string = () => 'nothing-here') {
  const url = endpoint.path.replace(/\{(\w+)\}/g, (_whole, name: string) => idOf(name))
  return platform.request(endpoint.method as 'GET', url, {
    ...(token ? { token } : {}),
    ...(endpoint.method === 'GET' ? {} : { body: {} }),
    headers: { 'idempotency-key': newId('key') },
  })
}

function isRefused({ body, status }: Answer, endpoint: AnyEndpoint): boolean {
  const code = body?.errors?.[0]?.code as string | undefined
  return (code === 'forbidden' && status === 403) || (code === 'unauthenticated' && status === 401 && endpoint.id !== 'auth.session')
}

/** The letters of one group of a row. */
function lettersOf(operation: string, group: Group): string {
  const [, cityWide, own, foreign] = (table[operation] ?? '').trim().split(/ +/)
  return { 'city-wide': cityWide, own, foreign }[group] ?? ''
}

describe('the authorisation table', () => {
  it('has a row for every operation, and no other; the OpenAPI document names all but the internal ones', async () => {
    expect(endpoints.map(({ id }) => id).sort()).toEqual(Object.keys(table).sort())
    const document = (await platform.request('GET', '/api/v1/openapi.json')).body
    const paths = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>)
    const documented = paths.flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    const open = endpoints.filter(({ path }) => !path.startsWith('/internal/'))
    expect(documented.sort()).toEqual(open.map(({ id }) => id).sort())
  })

  // thousands of requests: seconds on a quiet machine, a minute on a crowded one
  it('is what the running program does, for every role of the city and of a tenant', { timeout: 120_000 }, async () => {
    const found: Record<string, string> = {}
    const expected: Record<string, string> = {}
    for (const endpoint of endpoints) {
      // what anybody may call needs no second caller, and is limited per address
      const isOpen = endpoint.access.who === 'anyone'
      const groups = await Promise.all(
        (['city-wide', 'own'] as const).map(async (group) => {
          const letters = await Promise.all(
            (isOpen ? [] : roleLetters).map(async ([role, letter]) =>
              isRefused(await call(endpoint, tokens.get(`${group} ${role}`)), endpoint) ? '-' : letter,
            ),
          )
          return letters.join('')
        }),
      )
      const guest = isRefused(await call(endpoint, undefined), endpoint) ? '-' : 'g'
      found[endpoint.id] = [guest, ...groups].join(' ')
      expected[endpoint.id] = [
        table[endpoint.id]?.trim()[0],
        ...(isOpen ? ['', ''] : [lettersOf(endpoint.id, 'city-wide'), lettersOf(endpoint.id, 'own')]),
      ].join(' ')
    }
    expect(found).toEqual(expected)
  })
})

describe('another tenant', () => {
  /** The other tenant's things by what their place in a path is called. */
  const idIn = (endpoint: AnyEndpoint) => (name: string) => {
    if (name !== 'id' && name !== 'tenant_id') return 'nothing-here'
    return endpoint.path.startsWith('/api/v1/operations/') ? world.theirs.operation : world.theirs.id
  }

  it('does not exist for staff of this one and for those tied to its nodes, whatever they ask for', async () => {
    for (const endpoint of endpoints.filter(({ access }) => access.who === 'staff')) {
      const refusedEverywhere = (letter: string) => !lettersOf(endpoint.id, 'foreign').includes(letter)
      const callers = roleLetters.flatMap(([role, letter]) => [
        ...(lettersOf(endpoint.id, 'own').includes(letter) && refusedEverywhere(letter) ? [`own ${role}`] : []),
        ...(nodeRoles.includes(role) && lettersOf(endpoint.id, 'city-wide').includes(letter) && refusedEverywhere(letter)
          ? [`city-wide ${role}`]
          : []),
      ])
      await Promise.all(
        callers.map(async (caller) => {
          const { status, text } = await call(endpoint, tokens.get(caller), idIn(endpoint))
          const said = `${endpoint.id} by ${caller}: ${status} ${text.slice(0, 300)}`
          if (endpoint.path.includes('{')) expect([400, 403, 404, 422], said).toContain(status)
          // a refusal may repeat the id it was asked for
          expect((status < 300 && text.includes(world.theirs.id)) || text.includes('"theirs"'), said).toBe(false)
        }),
      )
    }
  })

  it('is not shown in an invitation either', async () => {
    const answer = await platform.request('POST', '/api/v1/staff/invitations', {
      token: tokens.get('own tenant-admin')!,
      body: { email: 'x@x.test', role: 'viewer', tenant_id: world.theirs.id },
    })
    expect(answer.status).toBe(403)
  })

  it('has its own rows, which its city-wide and own staff do read', async () => {
    const read = (caller: string, id: string) => platform.request('GET', `/api/v1/tenants/${id}`, { token: tokens.get(caller)! })
    expect((await read('own tenant-admin', world.ours.id)).status).toBe(200)
    expect((await read('city-wide district-manager', world.ours.id)).status).toBe(200)
    expect((await read('city-wide district-manager', world.theirs.id)).status).toBe(404)
    expect((await read('city-wide city-manager', world.theirs.id)).status).toBe(200)
    const listed = await platform.request('GET', '/api/v1/tenants', { token: tokens.get('city-wide asset-technician')! })
    expect(listed.body.data.map((tenant: { id: string }) => tenant.id)).toEqual([world.ours.id])
  })
})

describe('the registry, asked for staff of one tenant', () => {
  it('is asked for rows of that tenant only: no query of tenants’ tables goes without saying whose', async () => {
    const found: string[] = []
    let looked = 0
    for (const endpoint of endpoints.filter(
      ({ access, method, path }) => access.who === 'staff' && method === 'GET' && !path.endsWith('/events'),
    )) {
      const callers = roleLetters.filter(([, letter]) => lettersOf(endpoint.id, 'own').includes(letter)).map(([role]) => `own ${role}`)
      const nodes = roleLetters.filter(([role, letter]) => nodeRoles.includes(role) && lettersOf(endpoint.id, 'city-wide').includes(letter))
      for (const caller of [callers[0], ...nodes.slice(0, 1).map(([role]) => `city-wide ${role}`)]) {
        if (!caller) continue
        const { queries } = await recorded(`${endpoint.id} by ${caller}`, () => call(endpoint, tokens.get(caller), () => world.ours.id))
        looked += queries.length
        for (const query of queries) for (const table of unscoped(query)) found.push(`${query.label}: ${table}: ${query.sql.slice(0, 400)}`)
      }
    }
    expect([...new Set(found)]).toEqual([])
    expect(looked).toBeGreaterThan(100)
  })

  it('would be caught asking without', async () => {
    const { db } = platform.app.get(Registry)
    const caught = async (work: () => Promise<unknown>) => (await recorded('test', work)).queries.flatMap(unscoped)
    expect(await caught(() => db.tenant.findMany({ where: { status: 'active' } }))).toEqual(['tenant'])
    expect(await caught(() => db.operation.count())).toEqual(['operation'])
    expect(await caught(() => db.$queryRaw`SELECT * FROM audit_entry WHERE action = 'x'`)).toEqual(['audit_entry'])
    expect(await caught(() => db.operation.findMany({ where: { tenant_id: { in: [world.ours.id] } } }))).toEqual([])
  })
})
