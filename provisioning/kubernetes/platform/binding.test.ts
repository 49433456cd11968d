import { readFileSync } from 'node:fs'
import { ControlPlaneBinding } from '@cityos/contract'
import { loadYaml } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { controlPlaneBinding, operatorCredential } from './binding.ts'
import { PlatformSecrets, PlatformSettings } from './settings.ts'

const cell = {
  name: 'riyadh-1',
  region: 'riyadh',
  cluster: {
    image: { repository: 'registry.example/cityos' },
    files: { storage_class: 'files' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { host: 'postgres', cidrs: ['10.0.0.0/8'] },
  },
}
const settings = (more: object = {}) =>
  PlatformSettings.parse({
    image: { repository: 'registry.example/cityos-control-plane', tag: '1.0.0-abc' },
    public: { base_domain: 'city.example' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { kind: 'cloudnative-pg' },
    cells: [cell],
    ...more,
  })
const secrets = (more: object = {}) =>
  PlatformSecrets.parse({
    rootKey: Buffer.alloc(32, 1).toString('base64'),
    operatorPassword: 'a long password',
    databasePassword: 'p@ss/word',
    cellAccess: { 'riyadh-1': { database_url: 'postgres://cityos@postgres/postgres' } },
    ...more,
  })

describe('what the control plane’s pods read', () => {
  it('is a binding the program takes', () => {
    const binding = ControlPlaneBinding.parse(controlPlaneBinding(settings(), secrets()))
    expect(binding).toMatchObject({
      listen: { port: 8080 },
      node: null,
      database: { url: 'postgres://cityos:p%40ss%2Fword@cityos-postgres-rw.cityos.svc:5432/registry' },
    })
    expect(binding.kubernetes?.cells[0]).toMatchObject({
      name: 'riyadh-1',
      cluster: { control_plane: { origin: 'http://control-plane.cityos.svc:8080' } },
    })
  })

  it('names the secret that is missing', () => {
    expect(() => controlPlaneBinding(settings(), secrets({ cellAccess: {} }))).toThrow('says nothing about cell riyadh-1')
    expect(() => controlPlaneBinding(settings({ database: { kind: 'outside', cidrs: ['10.0.0.0/8'] } }), secrets())).toThrow(
      'pulumi config set --secret cityos:databaseUrl',
    )
  })

  it('knows the first operator and where to sign in', () => {
    expect(operatorCredential(settings(), secrets(), '2026-11-23T00:00:00.000Z')).toMatchObject({
      origin: 'https://cityos.city.example',
      email: 'operator@cityos.city.example',
    })
    const local = settings({ public: { scheme: 'http', base_domain: 'localhost', port: 8080 } })
    expect(operatorCredential(local, secrets(), '2026-11-23T00:00:00.000Z').origin).toBe('http://cityos.localhost:8080')
  })

  it('a root key of another length is refused', () => {
    expect(PlatformSecrets.safeParse({ rootKey: 'short', operatorPassword: 'a long password' }).success).toBe(false)
  })
})

describe('values of the environments', () => {
  it.each(['dev', 'staging', 'production'])('%s has a stack with values the program takes', (name) => {
    const text = readFileSync(new URL(`./stacks/Pulumi.${name}.yaml`, import.meta.url), 'utf8')
    const { config } = loadYaml<{ config: Record<string, unknown> }>(text)
    const values = PlatformSettings.parse(config['cityos:platform'])
    expect(values.cells.length).toBeGreaterThan(0)
    const cellAccess = Object.fromEntries(values.cells.map((one) => [one.name, { database_url: 'postgres://cityos@postgres/postgres' }]))
    const urls = { databaseUrl: 'postgres://postgres/registry', stateUrl: 'postgres://postgres/state' }
    ControlPlaneBinding.parse(controlPlaneBinding(values, secrets({ cellAccess, ...urls })))
  })
})
