/**
 * Names and addresses of a test cluster. They lie inside its own network namespaces, so several clusters may use the same
 * ones at a time, and nothing outside is ever addressed.
 */
export const layout = {
  node: { name: 'node1', address: '172.31.0.1', network: '172.31.0.0/24' },
  /** Where packets for the rest of the world go: nowhere. A route is all that is needed for pods to try. */
  nowhere: '172.31.0.254',
  apiServer: { port: 6443, serviceAddress: '10.96.0.1' },
  etcd: { port: 2379, peerPort: 2380 },
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** Pods of simulated nodes: addresses of the machine itself, so that whoever plays those pods can answer there. */
  simulated: { nodes: '10.0.0.1', pods: '10.0.0.0/16' },
  dns: { serviceAddress: '10.96.0.10', domain: 'cluster.local' },
  /** A second network namespace: what lies outside the cluster, as a managed Postgres or a payment provider would. */
  outside: {
    router: '172.31.1.1',
    postgres: { address: '172.31.1.2', port: 5432 },
    /** Answers `allowed` to every HTTP request. */
    host: { address: '172.31.1.3', port: 8080 },
    /** Where clouds keep the machine's credentials; answers `metadata`. */
    metadata: { address: '169.254.169.254', port: 80 },
  },
  gateway: {
    namespace: 'gateway',
    podLabels: { app: 'traefik' },
    className: 'traefik',
    name: 'cityos',
    listener: 'web',
    serviceAddress: '10.96.0.80',
    port: 80,
  },
  /** Volumes made beforehand on the node: Kubernetes binds them and makes none by itself. */
  files: { storageClass: 'test-files', volumes: 50, size: '1Gi' },
} as const
