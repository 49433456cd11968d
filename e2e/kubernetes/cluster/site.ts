import { join } from 'node:path'
import { distributionTools, provideTools } from '@cityos/tools'
import { kubeconfigOf } from './certificates.ts'
import type { ClusterParts } from './cluster.ts'
import { applyObjects, runKubectl } from './kubectl.ts'
import { Component } from './process.ts'

/** A cluster with everything that the suite needs. */
export const whole: ClusterParts = { node: true, postgres: true, gateway: true }

/** Tools that the tests need on PATH, by their names in `tools/go-tools.ts`. */
export const testTools = ['pulumi', 'pulumi-kubernetes', 'pulumi-language-nodejs', 'helm', 'kwok']
const controlPlaneTools = ['kubernetes', 'etcd', 'kinds']
const nodeTools = ['calico', 'coredns']
const gatewayTools = ['traefik']

/** What the parts of a cluster are started with. All of it is plain data: it crosses into the namespaces as JSON. */
export interface Site {
  folder: string
  /** Folders with programs of ours, then of the distribution. */
  programs: string[]
  libraries: string[]
  iptablesExtensions: string
  /** Folders with the plugins for the network of pods. */
  networkPlugins: string[]
  busybox: string
  /** Programs that become images: absolute paths. */
  traefik: string
  coredns: string
  calico: string
  /** Folder with definitions of the kinds that operators bring. */
  kinds: string
}

/** Brings the tools to this machine that these parts are made of: from the cache, the archive or their pins. */
export async function prepareSite(folder: string, parts: ClusterParts, say: (line: string) => void): Promise<Site> {
  const distribution = await distributionTools(say)
  const names = [...controlPlaneTools, ...(parts.node ? nodeTools : []), ...(parts.gateway ? gatewayTools : []), ...testTools]
  const folders = await provideTools(names, say)
  const place = (name: string, ...path: string[]) => join(folders[names.indexOf(name)] ?? '', ...path)
  return {
    folder,
    programs: [...folders, ...distribution.programs],
    libraries: distribution.libraries,
    iptablesExtensions: distribution.iptablesExtensions,
    networkPlugins: [distribution.networkPlugins],
    busybox: distribution.busybox,
    traefik: place('traefik', 'traefik'),
    coredns: place('coredns', 'coredns'),
    calico: place('calico', 'calico-cni'),
    kinds: place('kinds'),
  }
}

/** What a process of the cluster needs to know of it. */
export type Surroundings = Pick<Site, 'folder' | 'programs' | 'libraries' | 'iptablesExtensions'>

/** Environment of the cluster's processes: they find each other's programs and the distribution's libraries. */
export const environmentOf = (site: Surroundings): NodeJS.ProcessEnv => ({
  PATH: [...site.programs, '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
  LD_LIBRARY_PATH: site.libraries.join(':'),
  XTABLES_LIBDIR: site.iptablesExtensions,
  HOME: site.folder,
})

/** Starts a process of the cluster that is recorded and can be killed and started again by tests. */
export function startComponent(site: Surroundings, name: string, command: string[], environment: NodeJS.ProcessEnv = {}): Component {
  const [program, ...args] = command
  return Component.start(site.folder, name, {
    program: program!,
    arguments: args,
    environment: { ...environmentOf(site), ...environment },
  })
}

/** Runs kubectl as the administrator. `input` is what `-f -` reads. @throws with kubectl's words when it fails */
export const kubectl = (site: Site, args: string[], input?: object): Promise<string> => runKubectl(administrator(site), args, input)

/** Applies objects by the server; what is there already is brought to the same shape. */
export const apply = (site: Site, objects: object[]): Promise<string> => applyObjects(administrator(site), objects)

const administrator = (site: Site) => ({ ...environmentOf(site), KUBECONFIG: kubeconfigOf(site.folder, 'administrator') })

/** Waits for a sign that a component is ready. @throws when it ends before, with the end of its log, or after two minutes */
export async function untilReady(component: Component, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!(await isReady())) {
    if (!component.isRunning()) throw new Error(`${component.name} has ended:\n${component.lastLines()}`)
    if (performance.now() > deadline) throw new Error(`${component.name} does not become ready:\n${component.lastLines()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Whether a command ends well. */
export const succeeds = (running: Promise<unknown>): Promise<boolean> =>
  running.then(
    () => true,
    () => false,
  )
