import { createHash } from 'node:crypto'
// Each from its own file: the packages' index loads all that Kubernetes has.
import { CustomResource } from '@pulumi/kubernetes/apiextensions/customResource.js'
import { Namespace } from '@pulumi/kubernetes/core/v1/namespace.js'
import { Secret } from '@pulumi/kubernetes/core/v1/secret.js'
import { Chart } from '@pulumi/kubernetes/helm/v4/chart.js'
import { Provider } from '@pulumi/kubernetes/provider.js'
import { type Resource, secret } from '@pulumi/pulumi'
import { controlPlaneBinding, controlPlaneName, databaseCluster, databaseOwner, operatorCredential } from './binding.ts'
import { chartValues } from './chart-values.ts'
import type { PlatformSecrets, PlatformSettings } from './settings.ts'

export interface PlatformInstallation {
  settings: PlatformSettings
  secrets: PlatformSecrets
  /** Folder of `charts/control-plane`. */
  chartDir: string
  /** Of the cluster it is installed on; null: the environment's. */
  kubeconfig: string | null
  /** ISO 8601; stands in the first operator's credential. */
  now: string
}

/** Names of the Secrets the chart mounts. */
const secretNames = { binding: `${controlPlaneName}-binding`, operator: `${controlPlaneName}-operator`, mail: `${controlPlaneName}-mail` }

/**
 * The platform on a cluster: its namespace, its database where it is to bring one, the secrets its processes read, and the
 * chart of the control plane with its values. What a tenant needs comes later, from the control plane itself.
 * @returns what `pulumi stack output` shows
 */
export function installPlatform(installation: PlatformInstallation): { console: string; operator: string; namespace: string } {
  const { settings, secrets, kubeconfig } = installation
  // A secret whose content changes is changed in place: taken away for a moment, it would be missing to a pod that starts.
  const provider = new Provider('cluster', {
    enableSecretMutable: true,
    ...(kubeconfig === null ? {} : { kubeconfig: secret(kubeconfig) }),
  })
  const namespace = new Namespace('namespace', { metadata: { name: settings.namespace, labels: namespaceLabels } }, { provider })
  const within = { provider, dependsOn: [namespace] }
  const binding = JSON.stringify(controlPlaneBinding(settings, secrets))
  const credential = operatorCredential(settings, secrets, installation.now)
  const made: Resource[] = [
    opaque(settings, secretNames.binding, { 'binding.json': binding }, within),
    // written once: who signs in changes the password, and this file no longer counts
    opaque(
      settings,
      secretNames.operator,
      { 'operator.json': JSON.stringify(credential) },
      { ...within, ignoreChanges: ['data', 'stringData'] },
    ),
  ]
  if (secrets.smtpUrl !== undefined) made.push(opaque(settings, secretNames.mail, { SMTP_URL: secrets.smtpUrl }, within))
  if (settings.database.kind === 'cloudnative-pg') made.push(...database(settings, secrets, within))
  new Chart(
    controlPlaneName,
    {
      chart: installation.chartDir,
      name: controlPlaneName,
      namespace: settings.namespace,
      values: chartValues(settings, {
        ...secretNames,
        mail: secrets.smtpUrl === undefined ? null : secretNames.mail,
        bindingHash: createHash('sha256').update(binding).digest('hex').slice(0, 16),
      }),
    },
    { provider, dependsOn: made },
  )
  return { console: credential.origin, operator: credential.email, namespace: settings.namespace }
}

const namespaceLabels = {
  'app.kubernetes.io/part-of': 'cityos',
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
}

type Options = { provider: Provider; dependsOn: Resource[]; ignoreChanges?: string[] }

function opaque(settings: PlatformSettings, name: string, data: Record<string, string>, options: Options): Secret {
  return new Secret(name, { metadata: { name, namespace: settings.namespace }, type: 'Opaque', stringData: secret(data) }, options)
}

/** A cluster of CloudNativePG with the two databases, and its backups by schedule. */
function database(settings: PlatformSettings, secrets: PlatformSecrets, options: Options): Resource[] {
  if (settings.database.kind !== 'cloudnative-pg') return []
  const { instances, size, storage_class, backup_schedule } = settings.database
  const metadata = { name: databaseCluster, namespace: settings.namespace }
  const ownerSecret = `${databaseCluster}-owner`
  const owner = new Secret(
    ownerSecret,
    {
      metadata: { name: ownerSecret, namespace: settings.namespace },
      type: 'kubernetes.io/basic-auth',
      stringData: secret({ username: databaseOwner, password: secrets.databasePassword ?? '' }),
    },
    options,
  )
  const cluster = new CustomResource(
    databaseCluster,
    {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata,
      spec: {
        instances,
        storage: { size, ...(storage_class === null ? {} : { storageClass: storage_class }) },
        bootstrap: {
          initdb: {
            database: 'registry',
            owner: databaseOwner,
            secret: { name: ownerSecret },
            postInitSQL: [`ALTER ROLE ${databaseOwner} CREATEDB CREATEROLE`, `CREATE DATABASE state OWNER ${databaseOwner}`],
          },
        },
        monitoring: { enablePodMonitor: settings.monitoring.service_monitor },
      },
    },
    { ...options, dependsOn: [...options.dependsOn, owner] },
  )
  if (backup_schedule === null) return [owner, cluster]
  const backup = new CustomResource(
    `${databaseCluster}-backup`,
    {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'ScheduledBackup',
      metadata: { ...metadata, name: `${databaseCluster}-backup` },
      spec: { schedule: backup_schedule, backupOwnerReference: 'self', cluster: { name: databaseCluster } },
    },
    { ...options, dependsOn: [cluster] },
  )
  return [owner, cluster, backup]
}
