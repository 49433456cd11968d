import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfigOf, makeCertificates } from './certificates.ts'
import type { ClusterDescription, ClusterParts } from './cluster.ts'
import { importImage } from './images/import.ts'
import { writeTestImages } from './images/test-images.ts'
import { layout } from './layout.ts'
import { startCalico } from './parts/calico.ts'
import { startControlPlane } from './parts/control-plane.ts'
import { dnsReady, startDns } from './parts/dns.ts'
import { offerVolumes } from './parts/files.ts'
import { startGateway } from './parts/gateway.ts'
import { linkNetworkPlugins, startContainerd, startKubelet, startProxy } from './parts/node.ts'
import { defineOperatorKinds } from './parts/operators.ts'
import { startPostgres } from './parts/postgres.ts'
import { kubectl, type Site, startComponent } from './site.ts'

/**
 * Starts the cluster's parts in the namespaces this process is in: `node begin.ts` with `{site, parts}` as JSON on its standard
 * input. Writes `cluster.json` when all of them are ready.
 */
async function begin(site: Site, parts: ClusterParts): Promise<void> {
  const began = performance.now()
  const lap = (what: string) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s  ${what}\n`)
  for (const name of ['logs', 'processes']) mkdirSync(join(site.folder, name), { recursive: true })
  makeCertificates(site.folder)
  const [postgres] = await Promise.all([
    parts.postgres ? startPostgres(site) : null,
    startControlPlane(site).then(() => lap('API server')),
    parts.node ? startContainerd(site) : null,
  ])
  startComponent(site, 'outside', ['nsenter', '--net=/run/netns/outside', '--', process.execPath, join(import.meta.dirname, 'outside.ts')])
  await defineOperatorKinds(site)
  const description: ClusterDescription = {
    own: true,
    folder: site.folder,
    tools: site.programs,
    kubeconfig: kubeconfigOf(site.folder, 'administrator'),
    node: parts.node ? { name: layout.node.name, address: layout.node.address } : null,
    postgres,
    gateway: null,
    storageClass: parts.node ? layout.files.storageClass : null,
  }
  if (parts.node) {
    await startNode(site, parts, description)
    lap('node')
  }
  if (parts.gateway) {
    description.gateway = await startGateway(site)
    lap('gateway')
  }
  writeFileSync(join(site.folder, 'cluster.json'), JSON.stringify(description, null, 2), { mode: 0o600 })
}

async function startNode(site: Site, parts: ClusterParts, description: ClusterDescription): Promise<void> {
  linkNetworkPlugins(site)
  for (const tar of writeTestImages(site, parts)) await importImage(description, tar)
  await Promise.all([startProxy(site), startCalico(site), startKubelet(site), offerVolumes(site)])
  await startDns(site)
  await Promise.all([dnsReady(site), kubectl(site, ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])])
}

const input: Buffer[] = []
for await (const chunk of process.stdin) input.push(chunk as Buffer)
const { site, parts } = JSON.parse(Buffer.concat(input).toString()) as { site: Site; parts: ClusterParts }
await begin(site, parts)
