import { Cell } from '@cityos/contract'
import { expect, it } from 'vitest'
import { type JobOrder, jobObjects } from './job-object.ts'
import { endOf } from './jobs.ts'

const cell = Cell.parse({
  name: 'riyadh-1',
  region: 'riyadh',
  access: { database_url: 'postgres://cityos@db.internal:5432/postgres' },
  cluster: {
    image: { repository: 'registry.example/cityos', pull_secret: 'registry' },
    files: { storage_class: 'fast' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { host: '10.1.0.5', cidrs: ['10.1.0.5/32'] },
    control_plane: { origin: 'http://control-plane.cityos.svc:8080' },
  },
})
const order: JobOrder = {
  name: 'migration',
  tenantId: 'tnt_01m83ayj44qsf5njd979fjvjfq',
  namespace: 'tenant-01m83ayj44qsf5njd979fjvjfq',
  cell,
  release: '0.2.0+bbbbbbb',
  volume: false,
  seconds: 600,
  task: { remove: [], work: { task: 'migrate', databaseUrl: 'postgres://t_x_own:hidden@10.1.0.5:5432/t_x', carried: [] } },
}
const pod = (change: Partial<JobOrder> = {}) => jobObjects({ ...order, ...change }, 'a-token-that-nobody-guesses').job.spec!.template.spec!

it('no secret stands in a job, only in the secret it mounts', () => {
  const { job, secret } = jobObjects(order, 'a-token-that-nobody-guesses')
  expect(JSON.stringify(job)).not.toMatch(/hidden|nobody-guesses/)
  expect(JSON.parse(secret.stringData!['task.json']!)).toMatchObject({ token: 'a-token-that-nobody-guesses', releaseDir: '/opt/cityos' })
  expect(pod().volumes).toContainEqual({ name: 'task', secret: { secretName: secret.metadata!.name, defaultMode: 0o440 } })
})

it('a job is tried once, ends in time, and is found by the policy for jobs', () => {
  const { spec, metadata } = jobObjects(order, 'x'.repeat(32)).job
  expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 600, template: { spec: { restartPolicy: 'Never' } } })
  expect(spec!.template.metadata!.labels).toMatchObject({ 'cityos.dev/role': 'job', 'cityos.dev/tenant': order.tenantId })
  expect(metadata).toMatchObject({ name: 'migration', namespace: order.namespace })
})

it('it runs the release’s own image, with the tenant’s volume only where it needs it', () => {
  expect(pod().containers[0]).toMatchObject({ image: 'registry.example/cityos:0.2.0-bbbbbbb' })
  expect(pod().imagePullSecrets).toEqual([{ name: 'registry' }])
  expect(pod().volumes?.map(({ name }) => name)).not.toContain('files')
  expect(pod({ volume: true }).volumes).toContainEqual({ name: 'files', persistentVolumeClaim: { claimName: 'files' } })
})

it('it runs on the nodes that the cell has for tenants', () => {
  expect(pod()).toMatchObject({ nodeSelector: {}, tolerations: [] })
  const nodes = { selector: { pool: 'tenants' }, tolerations: [{ key: 'tenants' }] }
  expect(pod({ cell: { ...cell, cluster: { ...cell.cluster, nodes } } })).toMatchObject({
    nodeSelector: { pool: 'tenants' },
    tolerations: [{ key: 'tenants', operator: 'Exists' }],
  })
})

it('a pod that ended says how, and what it said last', () => {
  const ended = (terminated: object) => ({ metadata: { name: 'migration-x' }, status: { containerStatuses: [{ state: { terminated } }] } })
  expect(endOf(ended({ reason: 'OOMKilled', exitCode: 137 }) as never)).toBe('migration-x ended with OOMKilled 137')
  expect(endOf(ended({ reason: 'Error', exitCode: 1, message: 'a\nmigration 0002 failed: no\n' }) as never)).toBe(
    'migration-x ended with Error 1: a migration 0002 failed: no',
  )
  expect(
    endOf({ metadata: { name: 'x' }, status: { phase: 'Running', containerStatuses: [{ state: { running: {} } }] } } as never),
  ).toBeNull()
})
