import { request } from 'node:http'
import type { Cluster } from './cluster/cluster.ts'
import { shellImage } from './cluster/images/test-images.ts'

/** A namespace with pods of a shell, each of which serves one line at port 8080 and can be told to try to reach something. */
export class ShellPods {
  readonly #cluster: Cluster
  readonly namespace: string

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster
    this.namespace = namespace
  }

  /** Makes the namespace with the restricted standard, the pods and a service for each at port 80; waits until they are ready. */
  async create(names: string[]): Promise<void> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await this.#cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace, labels } }])
    await this.#cluster.apply(names.flatMap((name) => [this.pod(name), this.#service(name)]))
    await this.#kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s')
  }

  async remove(): Promise<void> {
    await this.#cluster.kubectl(['delete', 'namespace', this.namespace, '--ignore-not-found'])
  }

  /** The pod as an object; `container` overrides fields of its container. */
  pod(name: string, container: object = {}): object {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: this.namespace, labels: { app: name } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 0,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'shell',
            image: shellImage,
            imagePullPolicy: 'Never',
            command: ['sh', '-c', `echo "${name} of ${this.namespace}" >/tmp/index.html; exec httpd -f -p 8080 -h /tmp`],
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            ...container,
          },
        ],
      },
    }
  }

  /** A NetworkPolicy of this namespace as an object. */
  policy(name: string, spec: object): object {
    return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: this.namespace }, spec }
  }

  /** The address of the service in front of a pod. */
  serviceAddress(name: string): Promise<string> {
    return this.#kubectl('get', 'service', name, '--output=jsonpath={.spec.clusterIP}')
  }

  async address(name: string): Promise<string> {
    return await this.#kubectl('get', 'pod', name, '--output=jsonpath={.status.podIP}')
  }

  /** Runs a command in a pod. @throws when it does not end with 0 */
  execute(name: string, command: string[]): Promise<string> {
    return this.#kubectl('exec', name, '--', ...command)
  }

  /** What a pod is answered to GET / at an address; null when it reaches nothing within two seconds. */
  async fetches(name: string, address: string, port: number): Promise<string | null> {
    const asks = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 3 nc -w 2 ${address} ${port}`
    const answer = await this.execute(name, ['sh', '-c', asks]).catch(refused)
    return answer?.split('\r\n\r\n')[1] ?? null
  }

  /** Whether a pod can open a connection to an address within two seconds. */
  async connects(name: string, address: string, port: number): Promise<boolean> {
    return (await this.execute(name, ['nc', '-w', '2', address, String(port), '-e', '/bin/true']).catch(refused)) !== null
  }

  /** The addresses a pod finds for a name. */
  async resolves(name: string, host: string): Promise<string[]> {
    const answer = await this.execute(name, ['nslookup', '-type=a', host])
    return [...answer.matchAll(/^Address: (\d\S+)$/gm)].map(([, address]) => address!)
  }

  /** What the cluster's gateway answers for a host; null when it knows none. */
  throughGateway(host: string): Promise<string | null> {
    const { address, port } = this.#cluster.description.gateway!
    return new Promise((resolve, reject) => {
      const asked = request({ host: address, port, headers: { host } }, (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString()
        })
        response.once('end', () => resolve(response.statusCode === 200 ? body : null))
      })
      asked.once('error', reject).end()
    })
  }

  #service(name: string): object {
    const spec = { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] }
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: this.namespace }, spec }
  }

  #kubectl(...args: string[]): Promise<string> {
    return this.#cluster.kubectl(['--namespace', this.namespace, ...args])
  }
}

/** The command in the pod has ended with another code than 0: it has reached nothing. Anything else is a fault of the test. */
function refused(error: Error & { code?: number }): null {
  if (/command terminated with exit code/.test(error.message)) return null
  throw error
}
