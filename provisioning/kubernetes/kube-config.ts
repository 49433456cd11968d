import type { Cell } from '@cityos/contract'
import { KubeConfig } from '@kubernetes/client-node'

/** How to get into a cell's cluster: its kubeconfig, or the service account of the pod this process runs in. */
export function kubeConfigOf(cell: Pick<Cell, 'name' | 'access'>): KubeConfig {
  const config = new KubeConfig()
  const text = cell.access.kubeconfig
  if (text === null) config.loadFromCluster()
  else config.loadFromString(text)
  if (!config.getCurrentCluster()) throw new Error(`the kubeconfig of cell ${cell.name} names no cluster as its current context`)
  return config
}
