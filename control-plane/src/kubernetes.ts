import { join } from 'node:path'
import type { ControlPlaneBinding, KubernetesBinding } from '@cityos/contract'
import type { Log } from '@cityos/http'
import type { DataPlaneDriver } from '@cityos/provisioning'
import type { CellSource } from '@cityos/provisioning/kubernetes/cells'
import type { Clusters } from '@cityos/provisioning/kubernetes/clusters'
import { issuer } from './settings.ts'

/**
 * The driver of clusters and its eyes, for a platform whose binding says `kubernetes`. Loaded only then: a platform of one
 * machine does without the client's and Pulumi's code.
 */
export async function kubernetesOf(
  binding: ControlPlaneBinding & { kubernetes: KubernetesBinding },
  log: Log,
  cells: CellSource,
): Promise<{ driver: DataPlaneDriver; clusters: Clusters; close(): Promise<void> }> {
  const [{ KubernetesDriver, kubeConfigOf, namespaceOf, tenantOf }, { KubernetesClusters }] = await Promise.all([
    import('@cityos/provisioning/kubernetes'),
    import('@cityos/provisioning/kubernetes/observation'),
  ])
  const driver = new KubernetesDriver({
    cells,
    stateUrl: binding.kubernetes.state_url,
    rootKey: Buffer.from(binding.root_key, 'base64'),
    issuer: issuer({ binding }),
    public: binding.public,
    chartDir: join(binding.release_dir, 'charts', 'data-plane'),
    stackTask: join(binding.release_dir, 'stack.mjs'),
    archivesDir: binding.kubernetes.archives_dir ?? null,
    workDir: join(binding.data_dir, 'pulumi'),
    smtpUrl: process.env['SMTP_URL'] ?? null,
    note: (tenantId, message) => log.info({ tenant_id: tenantId }, message),
  })
  const clusters = new KubernetesClusters({ cells, driver, kubeConfigOf, namespaceOf, tenantOf, now: () => new Date() })
  return { driver, clusters, close: () => driver.close() }
}
