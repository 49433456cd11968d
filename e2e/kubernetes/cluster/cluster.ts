import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importImage } from './images/import.ts'
import { applyObjects, runKubectl } from './kubectl.ts'
import { Component } from './process.ts'
import { describeReaders, loadOnReaders } from './readers.ts'

/** What a cluster is made of; the API server with its controllers is always there. */
export interface ClusterParts {
  /** A real node: containerd, kubelet, kube-proxy, Calico, DNS, volumes for files. */
  node: boolean
  /** Postgres outside the cluster, in a network namespace of its own. */
  postgres: boolean
  /** Traefik as a pod, behind the Gateway `gateway/cityos`. Needs the node. */
  gateway: boolean
}

/** Written to `cluster.json` when a cluster is up: all that a test needs to know of it. */
export interface ClusterDescription {
  /** Whether the harness has made it; false for a reader's own cluster, whose processes nobody here may touch. */
  own: boolean
  /** Folder of everything that belongs to the cluster: keys, logs, state of the node. */
  folder: string
  /** Folder on whose PATH the tools are (kubectl, pulumi, pulumi-resource-kubernetes, helm, ctr …), by name. */
  tools: string[]
  /** Kubeconfig of an administrator. */
  kubeconfig: string
  node: { name: string; address: string } | null
  postgres: {
    /** A role that may create databases and roles and nothing more, as a managed Postgres gives. */
    url: string
    /** The superuser, for looking at things. */
    administratorUrl: string
    host: string
    port: number
    /** As a NetworkPolicy names it. */
    cidr: string
  } | null
  gateway: {
    /** Send HTTP here with the wanted `Host`. */
    address: string
    port: number
    parentRef: { name: string; namespace: string; sectionName: string }
    /** Labels of the namespace and of the pods whose requests a tenant lets in. */
    namespaceLabels: Record<string, string>
    podLabels: Record<string, string>
  } | null
  storageClass: string | null
}

/** A running test cluster, as its tests see it. The tests run inside its namespaces, see main.ts. */
export class Cluster {
  readonly description: ClusterDescription

  constructor(description: ClusterDescription) {
    this.description = description
  }

  get kubeconfig(): string {
    return this.description.kubeconfig
  }

  /** Brings an OCI tar to the nodes, as a registry would. */
  async importImage(tar: string): Promise<void> {
    if (this.description.own) await importImage(this.description, tar)
    else loadOnReaders(tar)
  }

  /** One of the processes of the cluster, to stop, kill and start it again. @throws when there is none of that name */
  component(name: ComponentName): Component {
    return Component.open(this.description.folder, name)
  }

  /** Runs kubectl as the administrator. `input` is what `-f -` reads. @throws with kubectl's words when it fails */
  kubectl(args: string[], input?: object): Promise<string> {
    return runKubectl(this.environment(), args, input)
  }

  /** Applies objects by the server; `flags` are further ones of `kubectl apply`, e.g. `--dry-run=server`. */
  apply(objects: object[], flags: string[] = []): Promise<string> {
    return applyObjects(this.environment(), objects, flags)
  }

  /** Environment of a command that works on this cluster: PATH with the tools, KUBECONFIG. */
  environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: [...this.description.tools, process.env['PATH']].join(':'),
      KUBECONFIG: this.description.kubeconfig,
    }
  }
}

export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'containerd'
  | 'kubelet'
  | 'kube-proxy'
  | 'calico-felix'
  | 'postgres'
  | 'postgres-2'
  | 'outside'
  | 'kwok'

/**
 * The cluster of this run: the one whose namespaces this process is in, or the reader's own that CITYOS_TEST_KUBECONFIG names.
 * @throws when it runs in none: the suite is started by `./cityos test k8s`, single files by
 * `node e2e/kubernetes/cluster/main.ts run -- …`
 */
export function openCluster(): Cluster {
  const theirs = process.env['CITYOS_TEST_KUBECONFIG']
  if (theirs) return new Cluster(describeReaders(theirs))
  const folder = process.env['CITYOS_TEST_CLUSTER']
  if (!folder) throw new Error('no test cluster: run ./cityos test k8s, or node e2e/kubernetes/cluster/main.ts up and … run -- <command>')
  return new Cluster(JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as ClusterDescription)
}
