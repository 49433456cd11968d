import type { Cell, ControlPlaneBinding, OperatorCredential } from '@cityos/contract'
import type { PlatformSecrets, PlatformSettings } from './settings.ts'

/** Port of the control plane's pods and of its Service. */
export const controlPlanePort = 8080
/** Name of the Service, and of everything else of the control plane in its namespace. */
export const controlPlaneName = 'control-plane'
/** Where the chart mounts the volume for archives. */
const archivesDir = '/var/lib/cityos-archives'
/** Where the chart mounts the first operator's credential. */
const operatorFile = '/etc/cityos/operator/operator.json'

/** Cluster of CloudNativePG with the registry and the state of stacks. */
export const databaseCluster = 'cityos-postgres'
export const databaseOwner = 'cityos'

/** Where registry and state are. @throws when the secret that says so is missing */
export function databaseUrls(settings: PlatformSettings, secrets: PlatformSecrets): { registry: string; state: string } {
  if (settings.database.kind === 'outside') {
    return { registry: needed(secrets, 'databaseUrl'), state: needed(secrets, 'stateUrl') }
  }
  const password = encodeURIComponent(needed(secrets, 'databasePassword'))
  const server = `postgres://${databaseOwner}:${password}@${databaseCluster}-rw.${settings.namespace}.svc:5432`
  return { registry: `${server}/registry`, state: `${server}/state` }
}

/** What the control plane's pods read from their mounted Secret. */
export function controlPlaneBinding(settings: PlatformSettings, secrets: PlatformSecrets): ControlPlaneBinding {
  const urls = databaseUrls(settings, secrets)
  return {
    listen: { host: '0.0.0.0', port: controlPlanePort },
    database: { url: urls.registry },
    root_key: secrets.rootKey,
    node: null,
    kubernetes: {
      state_url: urls.state,
      cells: settings.cells.map((cell) => withAccess(settings, secrets, cell)),
      ...(settings.archives ? { archives_dir: archivesDir } : {}),
    },
    public: settings.public,
    release_dir: '/opt/cityos',
    // it knows its own release from its folder
    releases: [],
    data_dir: '/var/lib/cityos',
    operator_credential_path: operatorFile,
  }
}

/** The account a fresh platform starts with. @param at ISO 8601 */
export function operatorCredential(settings: PlatformSettings, secrets: PlatformSecrets, at: string): OperatorCredential {
  const { scheme, base_domain, port } = settings.public
  const host = `cityos.${base_domain}`
  const usual = scheme === 'https' ? 443 : 80
  return {
    origin: `${scheme}://${host}${port === null || port === usual ? '' : `:${port}`}`,
    email: `operator@${host}`,
    password: secrets.operatorPassword,
    created_at: at,
  }
}

function withAccess(settings: PlatformSettings, secrets: PlatformSecrets, cell: PlatformSettings['cells'][number]): Cell {
  const access = secrets.cellAccess[cell.name]
  if (!access)
    throw new Error(
      `the secret cityos:cellAccess says nothing about cell ${cell.name}: it needs {"${cell.name}": {"database_url": "postgres://…"}}`,
    )
  const origin = `http://${controlPlaneName}.${settings.namespace}.svc:${controlPlanePort}`
  return { ...cell, access, cluster: { ...cell.cluster, control_plane: { origin, namespace: settings.namespace } } }
}

function needed(secrets: PlatformSecrets, name: 'databaseUrl' | 'stateUrl' | 'databasePassword'): string {
  const value = secrets[name]
  if (value === undefined) throw new Error(`set it first: pulumi config set --secret cityos:${name} …`)
  return value
}
