import { Agent, request } from 'node:https'
import { newId } from '@cityos/contract'
import { namespaceOf } from '@cityos/provisioning/kubernetes'
import { contentOf, databaseName, Sealer, TenantStore, tenantLogins, watchedKinds } from '@cityos/provisioning/kubernetes/pods'
import { dumpYaml, KubeConfig, type KubernetesObject } from '@kubernetes/client-node'
import { sql } from '../sql.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { ControlPlaneHere } from './control-plane-here.ts'
import { chartDir, Hands } from './helm.ts'

/** Objects that are applied at the same time. */
const atOnce = 12
/** As the driver's own writes look, so that nothing of it counts as a stranger's. */
const fieldManager = 'pulumi-kubernetes-copies'

export interface Copied {
  ids: string[]
  /** Objects of each, as they were applied. */
  objects: number
}

/**
 * More tenants like one that the driver has made: the same objects, rendered by the same chart from the same values, applied by the
 * server without Pulumi, and rows in the registry and in the driver's memory. They have no database: the registry takes them for
 * tenants that are being made, so they are watched and looked at like others and nobody repairs what they lack.
 */
export async function addCopies(
  cluster: Cluster,
  here: ControlPlaneHere,
  of: { id: string; slug: string },
  count: number,
): Promise<Copied> {
  const pattern = JSON.stringify(await objectsOf(cluster, here, of.id))
  const ids = Array.from({ length: count }, () => newId('tnt'))
  const slugs = ids.map((_, index) => `copy-${index + 1}`)
  await remember(here, of, ids, slugs)
  const server = new ApiServer(cluster)
  const each = ids.map(
    (id, index) => JSON.parse(pattern.replaceAll(bare(of.id), bare(id)).replaceAll(of.slug, slugs[index]!)) as KubernetesObject[],
  )
  await server.applyAll(each.map(([namespace]) => namespace!))
  await server.applyAll(each.flatMap(([, ...rest]) => rest))
  server.close()
  return { ids, objects: each[0]?.length ?? 0 }
}

const bare = (id: string): string => id.replace(/^tnt_/, '')

/** What the stack of a tenant holds, its namespace first. */
async function objectsOf(cluster: Cluster, { binding }: ControlPlaneHere, id: string): Promise<KubernetesObject[]> {
  const sealer = new Sealer(Buffer.from(binding.root_key, 'base64'))
  const store = new TenantStore(binding.kubernetes!.state_url)
  const record = await store.find(id)
  await store.close()
  if (!record?.document || !record.secrets) throw new Error(`the driver does not know ${id}`)
  const content = contentOf({
    cell: binding.kubernetes!.cells[0]!,
    record,
    document: record.document,
    secrets: JSON.parse(sealer.open(record.secrets, `tenant ${id}`)) as { tenantKey: string; planeKey: string },
    database: { name: databaseName(id), login: tenantLogins(sealer, id).application },
    common: { jwks: { keys: [] }, issuer: 'http://cityos.localhost', public: binding.public },
    smtpUrl: null,
    chartDir: chartDir('data-plane'),
    openKey: (sealed) => sealed,
    pullSecret: null,
  })
  const namespace = namespaceOf(id)
  const rendered = await new Hands(cluster).render('data-plane', namespace, content.chart.values)
  const secrets = content.secrets.map(({ name, labels, type, data }) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
    type,
    stringData: data,
  }))
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: content.namespaceLabels } },
    ...secrets,
    ...rendered
      .filter(({ metadata }) => !metadata?.annotations?.['helm.sh/hook'])
      .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })),
  ]
}

/** Rows of the registry and of the driver's memory. */
async function remember({ binding }: ControlPlaneHere, of: { id: string; slug: string }, ids: string[], slugs: string[]): Promise<void> {
  const pairs = 'unnest($2::text[], $3::text[]) AS copy (id, slug)'
  await sql(
    binding.database.url,
    `INSERT INTO tenant SELECT (jsonb_populate_record(t, jsonb_build_object(
       'id', copy.id, 'slug', copy.slug, 'slug_claim', copy.slug, 'status', 'provisioning', 'runtime', NULL))).*
     FROM tenant t, ${pairs} WHERE t.id = $1`,
    [of.id, ids, slugs],
  )
  await sql(
    binding.kubernetes!.state_url,
    `INSERT INTO kubernetes.tenant (id, fence, state) SELECT copy.id, 0,
       replace(replace(state::text, $4, substr(copy.id, 5)), $5, copy.slug)::jsonb || '{"secrets": null}'
     FROM kubernetes.tenant t, ${pairs} WHERE t.id = $1`,
    [of.id, ids, slugs, bare(of.id), of.slug],
  )
}

/** Server-side apply over few connections that stay open: thousands of objects in a minute, where kubectl takes many. */
class ApiServer {
  private readonly config = new KubeConfig()
  private agent: Agent | null = null

  constructor(cluster: Cluster) {
    this.config.loadFromFile(cluster.kubeconfig)
  }

  async applyAll(objects: readonly KubernetesObject[]): Promise<void> {
    const queue = objects.values()
    const next = async (): Promise<void> => {
      for (const object of queue) await this.apply(object)
    }
    await Promise.all(Array.from({ length: atOnce }, next))
  }

  close(): void {
    this.agent?.destroy()
  }

  private async apply(object: KubernetesObject): Promise<void> {
    const url = new URL(`${this.config.getCurrentCluster()!.server}${pathOf(object)}?fieldManager=${fieldManager}&force=true`)
    const options: { ca?: unknown; cert?: unknown; key?: unknown } = {}
    await this.config.applyToHTTPSOptions(options as never)
    const { ca, cert, key } = options as { ca: Buffer; cert: Buffer; key: Buffer }
    this.agent ??= new Agent({ keepAlive: true, maxSockets: atOnce, ca, cert, key })
    const body = dumpYaml(object)
    const headers = { 'content-type': 'application/apply-patch+yaml', 'content-length': Buffer.byteLength(body) }
    const agent = this.agent
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(url, { method: 'PATCH', headers, agent }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          text += part
        })
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      sent.once('error', reject)
      sent.end(body)
    })
    if (status >= 300) throw new Error(`${object.kind}/${object.metadata?.name} was refused with ${status}: ${text.slice(0, 500)}`)
  }
}

function pathOf({ kind, metadata }: KubernetesObject): string {
  const path = watchedKinds.find((each) => each.kind === kind)?.path
  if (!path) throw new Error(`${kind} is not among the kinds that are watched: nobody would notice when it is taken away`)
  if (kind === 'Namespace') return `${path}/${metadata?.name}`
  const at = path.lastIndexOf('/')
  return `${path.slice(0, at)}/namespaces/${metadata?.namespace}${path.slice(at)}/${metadata?.name}`
}
