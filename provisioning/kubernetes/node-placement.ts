import type { Cell } from '@cityos/contract'
import type { V1Toleration } from '@kubernetes/client-node'

/** Which nodes of a cell take pods of tenants, as a pod says it. */
export function placementOf({ cluster: { nodes } }: Cell): { nodeSelector: Record<string, string>; tolerations: V1Toleration[] } {
  return {
    nodeSelector: nodes.selector,
    tolerations: nodes.tolerations.map(({ key, value, effect }) => ({
      key,
      operator: value === undefined ? 'Exists' : 'Equal',
      ...(value === undefined ? {} : { value }),
      ...(effect === undefined ? {} : { effect }),
    })),
  }
}
