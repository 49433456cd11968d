import { runtime } from '@pulumi/pulumi'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PlatformInstallation } from './program.ts'
import { PlatformSecrets, PlatformSettings } from './settings.ts'

interface Made {
  type: string
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into inputs of every kind
  inputs: any
}

const made: Made[] = []

/** Nothing is asked of a cluster: what would be made is written down. */
async function install(more: Partial<PlatformInstallation> = {}, values: object = {}): Promise<Made[]> {
  made.length = 0
  const { installPlatform } = await import('./program.ts')
  const settings = PlatformSettings.parse({
    image: { repository: 'registry.example/cityos-control-plane', tag: '1.0.0-abc' },
    public: { base_domain: 'city.example' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { kind: 'cloudnative-pg' },
    ...values,
  })
  const secrets = PlatformSecrets.parse({
    rootKey: Buffer.alloc(32, 1).toString('base64'),
    operatorPassword: 'a long password',
    databasePassword: 'secret',
    databaseUrl: 'postgres://postgres/registry',
    stateUrl: 'postgres://postgres/state',
  })
  installPlatform({ settings, secrets, chartDir: '/charts/control-plane', kubeconfig: null, now: '2026-11-23T00:00:00.000Z', ...more })
  await expect.poll(() => made.some(({ type }) => type === 'kubernetes:helm.sh/v4:Chart'), { timeout: 10_000 }).toBe(true)
  return [...made]
}

beforeAll(async () => {
  await runtime.setMocks({
    newResource(args) {
      made.push({ type: args.type, name: args.name, inputs: args.inputs })
      return { id: `${args.name}-id`, state: args.inputs }
    },
    call: (args) => args.inputs,
  })
})

const named = (all: Made[], name: string) => all.find((one) => one.name === name)

describe('the platform on a cluster', () => {
  it('is a namespace, the secrets its pods read, a database and the chart', async () => {
    const all = await install()
    expect(named(all, 'namespace')?.inputs.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'control-plane-binding',
        'control-plane-operator',
        'cityos-postgres',
        'cityos-postgres-owner',
        'cityos-postgres-backup',
        'control-plane',
      ]),
    )
    expect(named(all, 'control-plane')?.inputs).toMatchObject({
      chart: '/charts/control-plane',
      namespace: 'cityos',
      values: {
        replicas: 2,
        publicHost: 'cityos.city.example',
        binding: { secretName: 'control-plane-binding' },
        environment: { secretName: null },
      },
    })
  })

  it('brings no database where there is one', async () => {
    const all = await install({}, { database: { kind: 'outside', cidrs: ['10.1.0.0/16'] } })
    expect(all.filter(({ name }) => name.startsWith('cityos-postgres'))).toEqual([])
    expect(named(all, 'control-plane')?.inputs.values.database.peer.cidrs).toEqual(['10.1.0.0/16'])
  })
})
