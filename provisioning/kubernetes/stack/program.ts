// Each from its own file: the packages' index loads all that Kubernetes has.
import { Namespace } from '@pulumi/kubernetes/core/v1/namespace.js'
import { Secret } from '@pulumi/kubernetes/core/v1/secret.js'
import { Chart } from '@pulumi/kubernetes/helm/v4/chart.js'
import { Provider } from '@pulumi/kubernetes/provider.js'
import { secret } from '@pulumi/pulumi'
import type { StackContent } from './protocol.ts'

/** A namespace that takes longer is held by something, which the driver then names. */
const namespaceGoneWithin = '45s'

/**
 * A tenant as Pulumi sees it: its namespace, the secrets its processes read, and the chart with its values. The driver waits
 * for the pods itself, since it can say why one does not come up; so nothing is awaited here.
 */
export function tenantProgram(content: StackContent): () => Promise<void> {
  return async () => {
    // How to get in is the environment's: kept in the state, it would be what a tenant is deleted with after it was renewed.
    // Without a name Pulumi takes a cluster with another address for another cluster, and would make everything anew.
    // A secret whose content changes is changed in place: taken away for a moment, it would be missing to a pod that starts.
    const provider = new Provider('cell', { clusterIdentifier: content.cell, enableSecretMutable: true })
    const namespace = new Namespace(
      'namespace',
      { metadata: { name: content.namespace, labels: content.namespaceLabels } },
      { provider, customTimeouts: { delete: namespaceGoneWithin } },
    )
    const within = { provider, dependsOn: [namespace] }
    const secrets = content.secrets.map(
      ({ name, type, labels, data }) =>
        new Secret(name, { metadata: { name, namespace: content.namespace, labels }, type, stringData: secret(data) }, within),
    )
    new Chart(
      content.chart.release,
      {
        chart: content.chart.dir,
        name: content.chart.release,
        namespace: content.namespace,
        values: content.chart.values,
        skipAwait: true,
      },
      { provider, dependsOn: [namespace, ...secrets] },
    )
  }
}
