import { type Cell, DomainError } from '@cityos/contract'
import { namespaceOf } from '@cityos/provisioning/kubernetes'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sql } from '../sql.ts'
import { openCluster } from './cluster/cluster.ts'
import { layout } from './cluster/layout.ts'
import { type ReleaseImages, releaseImages } from './release-image.ts'
import { killRunOf } from './stack-runs.ts'
import { fence, knownRelease, newTenant, releaseCalled, type TenantPlatform, tenantPlatform, visit } from './tenant-platform.ts'

// What an operator reads when something of a cell is missing: which, and what to do about it.

const cluster = openCluster()
let release: ReleaseImages
let platform: TenantPlatform
let well: Cell

beforeAll(async () => {
  release = await releaseImages(cluster)
  platform = await tenantPlatform(cluster, release.image)
  well = platform.cell
  await platform.driver.prepareRelease(knownRelease(release))
})
afterEach(() => {
  platform.cell = well
})
afterAll(() => platform.close())

const withKubeconfig = (kubeconfig: string | null): Cell => ({ ...well, access: { ...well.access, kubeconfig } })

/** The cluster as somebody else reaches it. */
function kubeconfig(change: { server?: string; token?: string }): string {
  const config = new KubeConfig()
  config.loadFromString(well.access.kubeconfig!)
  const { caData } = config.getCurrentCluster()!
  const server = change.server ?? config.getCurrentCluster()!.server
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name: 'somebody', user: { token: change.token ?? 'nobody' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'somebody' } }],
    'current-context': 'test',
  })
}

/** A tenant that is known to the driver and has its database; nothing of it is in the cluster. */
async function prepared(slug: string): Promise<ReturnType<typeof newTenant> & { id: string }> {
  const tenant = newTenant(slug, release.version)
  const { id } = tenant.document
  await platform.driver.ensureDatabase(id, release.version, fence(1))
  await platform.driver.configure(tenant.document, tenant.secrets, fence(1))
  return { ...tenant, id }
}

async function removed(id: string): Promise<void> {
  const { driver } = platform
  await driver.stop(id, fence(9))
  await driver.dropDatabase(id, fence(9))
  await driver.forget(id, fence(9))
  expect((await driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
}

const faultOf = (work: Promise<unknown>): Promise<DomainError> =>
  work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => {
      if (error instanceof DomainError) return error
      throw error
    },
  )

describe('a cell nobody gets into', () => {
  it('has no kubeconfig, one that cannot be read, one of no cluster, or one the cluster does not know', async () => {
    const { driver } = platform
    const tenant = await prepared('locked-out')
    const told = async (kubeconfig: string | null) => {
      platform.cell = withKubeconfig(kubeconfig)
      const { code, message } = await faultOf(driver.start(tenant.id, fence(2)))
      return `${code}: ${message}`
    }
    expect(await told(null)).toMatch(/^cluster_forbidden: cell test-1 has no kubeconfig/)
    expect(await told('{ this is no kubeconfig')).toMatch(/^cluster_forbidden: the kubeconfig of cell test-1 cannot be read/)
    expect(await told('{"apiVersion": "v1", "kind": "Config"}')).toMatch(/^cluster_forbidden: .* names no cluster/)
    expect(await told(kubeconfig({ token: 'of-nobody' }))).toMatch(/^cluster_forbidden: cell test-1 does not accept .* credentials/)
    platform.cell = well
    await removed(tenant.id)
  })

  it('lies where no packet comes back from: it counts as away, and a tenant of which nothing is there can be taken back', async () => {
    const { driver } = platform
    const tenant = await prepared('swallowed')
    platform.cell = withKubeconfig(kubeconfig({ server: `https://${layout.nowhere}:6443` }))
    const { code, message } = await faultOf(driver.start(tenant.id, fence(2)))
    expect([code, message]).toEqual(['cluster_unreachable', expect.stringContaining('cell test-1 does not answer')])
    await driver.stop(tenant.id, fence(3))
    await driver.forget(tenant.id, fence(3))
    platform.cell = well
    await removed(tenant.id)
  })

  it('does not let the platform do something: the verb and the resource are named', async () => {
    const { driver } = platform
    const account = { name: 'half-a-platform', namespace: 'default' }
    const group = 'rbac.authorization.k8s.io'
    await cluster.apply([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRole',
        metadata: { name: account.name },
        // all but network policies
        rules: [{ apiGroups: ['', 'apps', 'autoscaling', 'policy', 'gateway.networking.k8s.io'], resources: ['*'], verbs: ['*'] }],
      },
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: account.name },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: account.name },
        subjects: [{ kind: 'ServiceAccount', ...account }],
      },
    ])
    const tenant = await prepared('forbidden')
    try {
      const token = (await cluster.kubectl(['create', 'token', account.name])).trim()
      platform.cell = withKubeconfig(kubeconfig({ token }))
      const { code, message, details } = await faultOf(driver.start(tenant.id, fence(2)))
      expect([code, message]).toEqual([
        'cluster_forbidden',
        expect.stringMatching(/^in cell test-1 the platform may not \w+ networkpolicies\.networking\.k8s\.io in tenant-/),
      ])
      expect(details).toMatchObject({ resource: 'networkpolicies', group: 'networking.k8s.io', namespace: namespaceOf(tenant.id) })
    } finally {
      for (const kind of ['clusterrolebinding', 'clusterrole', 'serviceaccount']) await cluster.kubectl(['delete', kind, account.name])
    }
    platform.cell = well
    await removed(tenant.id)
  })

  it('lacks an operator that it says it has: the operator is named', async () => {
    const { driver } = platform
    const kind = ['customresourcedefinition', 'servicemonitors.monitoring.coreos.com']
    const definition = JSON.parse(await cluster.kubectl(['get', ...kind, '--output=json'])) as {
      metadata: object
      status?: object
    }
    const tenant = await prepared('unmonitored')
    await cluster.kubectl(['delete', ...kind])
    try {
      platform.cell = { ...well, cluster: { ...well.cluster, operators: { ...well.cluster.operators, prometheus: true } } }
      const { code, message, details } = await faultOf(driver.start(tenant.id, fence(2)))
      expect([code, details?.['operator']]).toEqual(['cluster_operator_missing', 'the Prometheus operator'])
      expect(message).toContain('install the Prometheus operator there, or turn it off in the cell')
    } finally {
      const { status: _, ...rest } = definition
      const metadata = { name: kind[1] }
      await cluster.apply([{ ...rest, metadata }])
    }
    platform.cell = well
    await removed(tenant.id)
  })
})

describe('a tenant whose pods cannot come up, or whose routes nobody takes', () => {
  let tenant: Awaited<ReturnType<typeof prepared>>
  const missing = () => releaseCalled(`${release.version}.nowhere`, release)

  beforeAll(async () => {
    tenant = await prepared('faulty')
    await platform.driver.start(tenant.id, fence(1))
  })
  afterAll(() => removed(tenant.id))

  it('is told which image is missing, and goes on as it was', async () => {
    const { driver } = platform
    const next = missing()
    try {
      await driver.prepareRelease(next)
      const { code, message } = await faultOf(driver.startBeside(tenant.id, next.version, fence(2)))
      expect([code, message]).toEqual(['image_unavailable', expect.stringContaining('.nowhere is not to be had in cell test-1')])
      await driver.stopBeside(tenant.id, fence(2))
      expect(await driver.state(tenant.id)).toMatchObject({ runtime: 'running', release: release.version, beside: null })
    } finally {
      next.remove()
    }
  })

  it('goes on where a killed run has left its lock, and says that it took it away', async () => {
    const { driver } = platform
    const cutOff = faultOf(driver.route(tenant.id, [tenant.host], fence(3)))
    await killRunOf(tenant.id)
    expect((await cutOff).message).toContain('SIGKILL')
    // As if nobody had noted that a run was open: the lock alone is left.
    await sql(platform.stateUrl, `UPDATE kubernetes.tenant SET state = state || '{"run_open": false}' WHERE id = '${tenant.id}'`)
    platform.notes.length = 0
    await driver.route(tenant.id, [`www.${tenant.host}`], fence(4))
    expect(platform.notes.join('\n')).toContain('an earlier run was cut off and left its lock: taken away')
  })

  it('is told that its quota is full, and comes up once it is not', async () => {
    const { driver } = platform
    const namespace = namespaceOf(tenant.id)
    await driver.sleep(tenant.id)
    await cluster.kubectl(['--namespace', namespace, 'wait', '--for=delete', 'pod', '--all', '--timeout=60s'])
    const full = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full', namespace }, spec: { hard: { pods: '1' } } }
    await cluster.apply([full])
    await cluster.kubectl(['--namespace', namespace, 'wait', '--for=jsonpath={.status.hard.pods}=1', 'resourcequota/full', '--timeout=30s'])
    const { code, message } = await faultOf(driver.wake(tenant.id))
    expect([code, message]).toEqual(['quota_exceeded', expect.stringContaining('exceeded quota: full')])
    await cluster.kubectl(['--namespace', namespace, 'delete', 'resourcequota', 'full'])
    await driver.start(tenant.id, fence(5))
    expect(await driver.state(tenant.id)).toMatchObject({ runtime: 'running', lastError: null })
  })

  it('is told why a gateway refuses its route, or that none takes it, and goes on once one does', async ({ annotate }) => {
    const { driver } = platform
    const { namespace, className, listener } = layout.gateway
    const addGateway = (name: string, from: 'All' | 'Same') => {
      const listeners = [{ name: listener, protocol: 'HTTP', port: 8000, allowedRoutes: { namespaces: { from } } }]
      const spec = { gatewayClassName: className, listeners }
      return cluster.apply([{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name, namespace }, spec }])
    }
    const leadThrough = (name: string, host: string) => {
      const parents = [{ name, namespace, section: listener }]
      platform.cell = { ...well, cluster: { ...well.cluster, gateway: { ...well.cluster.gateway, parents } } }
      return driver.route(tenant.id, [host], fence(6))
    }
    await addGateway('closed', 'Same')
    const refused = await faultOf(leadThrough('closed', `closed.${tenant.host}`))
    expect([refused.code, refused.message]).toEqual([
      'route_refused',
      expect.stringContaining(
        `${namespace}/closed (listener ${listener}) of cell test-1 does not take the route of closed.${tenant.host} (NotAllowedByListeners`,
      ),
    ])
    const host = `later.${tenant.host}`
    const unanswered = await faultOf(leadThrough('later', host))
    expect([unanswered.code, unanswered.message]).toEqual([
      'dependency_unavailable',
      expect.stringContaining(`is there a Gateway later in namespace ${namespace}, and does its controller run?`),
    ])
    const [led] = await Promise.all([leadThrough('later', host).then(() => performance.now()), addGateway('later', 'All')])
    await vi.waitFor(async () => expect((await visit(cluster, host, '/health')).status).toBe(200), { timeout: 60_000, interval: 20 })
    await annotate(`a request was answered ${Math.round(performance.now() - led)} ms after the gateway had taken the route`)
    for (const name of ['closed', 'later']) await cluster.kubectl(['--namespace', namespace, 'delete', 'gateway', name])
  })
})
