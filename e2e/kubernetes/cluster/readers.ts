import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ClusterDescription } from './cluster.ts'

/**
 * What a reader's own cluster has beside its API: the JSON file that CITYOS_TEST_CLUSTER_PARTS names. Addresses are those that
 * both this machine and pods reach.
 */
const ReadersParts = z.strictObject({
  postgres: z.strictObject({
    /** Of a role that may create databases and roles. */
    url: z.url(),
    host: z.string(),
    port: z.int(),
    /** As a NetworkPolicy names it. */
    cidr: z.cidrv4(),
  }),
  /** A Gateway that takes routes of `*.localhost` from all namespaces. */
  gateway: z.strictObject({ address: z.string(), port: z.int(), name: z.string(), namespace: z.string(), section: z.string() }),
  storage_class: z.string(),
  /** A command that brings an OCI archive to the nodes, whose path is added to it, e.g. `["kind", "load", "image-archive"]`. */
  load_images: z.tuple([z.string()], z.string()),
})

/** Test files that need no process of the cluster: the first ones its API alone, the others a node, Postgres and a gateway too. */
const files = { api: ['charts', 'observation'], parts: ['driver', 'platform'] }

/** The files of the suite that can run on the cluster of CITYOS_TEST_KUBECONFIG; null for a cluster that the harness makes. */
export function filesForReaders(): string[] | null {
  if (!process.env['CITYOS_TEST_KUBECONFIG']) return null
  return [...files.api, ...(process.env['CITYOS_TEST_CLUSTER_PARTS'] ? files.parts : [])]
}

/** What is known of a reader's cluster. @throws with what is wrong in the file of its parts */
export function describeReaders(kubeconfig: string): ClusterDescription {
  const parts = readParts()
  const api = { own: false, folder: '', tools: (process.env['CITYOS_TEST_TOOLS'] ?? '').split(':'), kubeconfig, node: null }
  if (!parts) return { ...api, postgres: null, gateway: null, storageClass: null }
  const { address, port, section, ...parent } = parts.gateway
  return {
    ...api,
    postgres: { ...parts.postgres, administratorUrl: parts.postgres.url },
    gateway: {
      address,
      port,
      parentRef: { ...parent, sectionName: section },
      namespaceLabels: { 'kubernetes.io/metadata.name': parent.namespace },
      podLabels: {},
    },
    storageClass: parts.storage_class,
  }
}

/** @throws with what the command said when it refuses */
export function loadOnReaders(tar: string): void {
  const [program, ...args] = readParts()?.load_images ?? []
  if (!program) throw new Error('CITYOS_TEST_CLUSTER_PARTS names no file that says how images get to this cluster')
  const loaded = spawnSync(program, [...args, tar], { encoding: 'utf8' })
  if (loaded.status !== 0) throw new Error(`${[program, ...args, tar].join(' ')}: ${loaded.error?.message ?? loaded.stderr}`)
}

function readParts(): z.output<typeof ReadersParts> | null {
  const path = process.env['CITYOS_TEST_CLUSTER_PARTS']
  if (!path) return null
  const read = ReadersParts.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!read.success) throw new Error(`CITYOS_TEST_CLUSTER_PARTS, ${path}:\n${z.prettifyError(read.error)}`)
  return read.data
}
