import { obstaclesOf, type Route, tenantLabel } from '@cityos/provisioning/kubernetes/pods'
import {
  ApiException,
  CustomObjectsApi,
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'

type RouteObject = Route & KubernetesObject

const kind = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' }

/** Plays the controller of a gateway in a cluster that has none: takes every route of tenants, and leads nobody along it. */
export class SimulatedGateway {
  private readonly objects: CustomObjectsApi
  private readonly routes: Informer<RouteObject>
  private closed = false

  constructor(config: KubeConfig) {
    this.objects = config.makeApiClient(CustomObjectsApi)
    const everywhere = { ...kind, resourcePlural: kind.plural, labelSelector: tenantLabel }
    const list = (): Promise<KubernetesListObject<RouteObject>> => this.objects.listCustomObjectForAllNamespaces(everywhere)
    this.routes = makeInformer(config, `/apis/${kind.group}/${kind.version}/${kind.plural}`, list, tenantLabel)
    for (const event of ['add', 'update'] as const)
      this.routes.on(event, (route) => {
        this.take(route).catch((error: unknown) => {
          const gone = error instanceof ApiException && error.code === 404
          if (!gone && !this.closed) process.stderr.write(`simulated gateway: ${error}\n`)
        })
      })
    this.routes.on('error', () => {
      if (!this.closed) setTimeout(() => void this.routes.start(), 500)
    })
  }

  start(): Promise<void> {
    return this.routes.start()
  }

  async close(): Promise<void> {
    this.closed = true
    await this.routes.stop()
  }

  private async take(route: Route): Promise<void> {
    if (obstaclesOf(route).length === 0) return
    const { name = '', namespace = '', generation } = route.metadata ?? {}
    const answer = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', lastTransitionTime: new Date() }
    const parents = route.spec?.parentRefs?.map((parentRef) => ({
      parentRef,
      controllerName: 'cityos.dev/simulated-gateway',
      conditions: [{ ...answer, observedGeneration: generation }],
    }))
    const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    await this.objects.patchNamespacedCustomObjectStatus({ ...kind, namespace, name, body: { status: { parents } } }, asMerge)
  }
}
