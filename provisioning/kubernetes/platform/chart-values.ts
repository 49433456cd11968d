import { controlPlanePort } from './binding.ts'
import type { PlatformSettings } from './settings.ts'

export interface MountedSecrets {
  binding: string
  operator: string
  mail: string | null
  /** Changes with the binding, so that pods are replaced that read the former one. */
  bindingHash: string
}

const noPeer = { namespaceSelector: null, podSelector: null, cidrs: [] as string[] }

/** The values of `charts/control-plane` for an installation. */
export function chartValues(settings: PlatformSettings, secrets: MountedSecrets): Record<string, unknown> {
  const { image, gateway, database, archives } = settings
  return {
    image: {
      repository: image.repository,
      tag: image.tag,
      pullPolicy: image.pull_policy,
      pullSecrets: image.pull_secret === null ? [] : [image.pull_secret],
    },
    replicas: settings.replicas,
    port: controlPlanePort,
    binding: { secretName: secrets.binding, hash: secrets.bindingHash },
    operatorCredential: { secretName: secrets.operator },
    environment: { secretName: secrets.mail },
    archives: archives ? { storageClass: archives.storage_class, size: archives.size, accessMode: archives.access_mode } : null,
    publicHost: `cityos.${settings.public.base_domain}`,
    gateway: {
      parentRefs: gateway.parents.map(({ name, namespace, section }) => ({
        name,
        namespace,
        ...(section === null ? {} : { sectionName: section }),
      })),
      peer: { ...noPeer, namespaceSelector: { 'kubernetes.io/metadata.name': gateway.namespace } },
      certificateIssuer: gateway.certificate_issuer,
    },
    database: {
      peer:
        database.kind === 'outside'
          ? { ...noPeer, cidrs: database.cidrs }
          : { ...noPeer, podSelector: { 'cnpg.io/cluster': 'cityos-postgres' } },
    },
    apiServers: settings.api_servers,
    monitoring: { serviceMonitor: settings.monitoring.service_monitor },
  }
}
