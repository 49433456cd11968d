import { DomainError } from '@cityos/contract'
import { usage } from '../process.ts'
import type { NodeStatus, WakeAnswer } from './api.ts'
import { archiveCalls } from './archive-calls.ts'
import type { LocalNode } from './node.ts'
import type { NodeHandlers } from './server.ts'
import type { Service } from './service.ts'

/** A tenant with something due this soon stays awake: waking costs more than waiting. */
const worthSleepingMs = 5_000

/** Binds the socket's routes to the node. */
export function handlersOf(node: LocalNode): NodeHandlers {
  return {
    status: () => statusOf(node),
    shutDown: () => {
      process.kill(process.pid, 'SIGTERM')
    },
    wakeFor: (tenantId) => wakeFor(node, tenantId),
    isPlane: (tenantId, token) => node.tenants.hasSigned(tenantId, token),
    idle(tenantId, nextDueAt) {
      if (node.phase === 'stopping' || node.tenants.state(tenantId).runtime !== 'running') return false
      if (node.upgrades.isUnderWay(tenantId)) return false
      if (nextDueAt !== null && Date.parse(nextDueAt) - node.clock.now().getTime() < worthSleepingMs) return false
      node.journal.note(nextDueAt ? `sleeps until ${nextDueAt}` : 'sleeps', { tenant_id: tenantId })
      node.tenants
        .sleep(tenantId, nextDueAt)
        .catch((error: Error) => node.journal.note(error.message, { tenant_id: tenantId, level: 'ERROR' }))
      return true
    },
    calls: {
      async prepareRelease(release) {
        node.releases.remember(release)
        await node.releases.template(release.version)
        return null
      },
      async dropRelease({ version }) {
        await node.releases.drop(version)
        return null
      },
      async publishKeys(jwks) {
        node.store.update({ jwks })
        return null
      },
      ensureDatabase: (request) => node.tenants.ensureDatabase(request),
      dropDatabase: (request) => node.tenants.dropDatabase(request),
      configure: (request) => node.tenants.configure(request),
      forget: (request) => node.tenants.forget(request),
      start: (request) => node.tenants.start(request),
      stop: (request) => node.tenants.stop(request),
      seed: (request) => node.tenants.seed(request),
      route: (request) => node.tenants.route(request),
      putCertificate: ({ fence, ...certificate }) =>
        node.tenants.fenced(certificate.tenantId, fence, async () => {
          node.certificates.put(certificate)
          return null
        }),
      removeCertificate: ({ tenantId, host, fence }) =>
        node.tenants.fenced(tenantId, fence, async () => {
          node.certificates.remove(tenantId, host)
          return null
        }),
      sleep: async ({ tenantId }) => {
        await node.tenants.sleep(tenantId)
        return null
      },
      wake: async ({ tenantId }) => {
        await node.tenants.wake(tenantId)
        return null
      },
      state: ({ tenantId }) => node.tenants.state(tenantId),
      health: ({ tenantId }) => node.tenants.healthOf(tenantId),
      logs: ({ tenantId, lines }) => node.tenants.logs(tenantId, lines),
      inventory: () => node.tenants.inventory(),
      ...archiveCalls(node),
      migrate: (request) => node.upgrades.migrate(request),
      startBeside: (request) => node.upgrades.startBeside(request),
      stopBeside: (request) => node.upgrades.stopBeside(request),
      probe: (request) => node.upgrades.probe(request),
      switchOver: (request) => node.upgrades.switchOver(request),
      rehearse: ({ fence, ...request }) => node.rehearsals.run(request, fence),
      traffic: () => node.gatewayLink.traffic(),
    },
  }
}

async function wakeFor(node: LocalNode, tenantId: string): Promise<WakeAnswer> {
  if (node.phase === 'stopping') return { socket: null, message: 'the platform is stopping' }
  try {
    return { socket: await node.tenants.wake(tenantId, { patient: true }), message: null }
  } catch (error) {
    if (error instanceof DomainError) throw error
    // An answer, not a failure of the node: the gateway shows its page and the shopper's browser tries again.
    return { socket: null, message: error instanceof Error ? error.message : String(error) }
  }
}

function statusOf(node: LocalNode): NodeStatus {
  const { settings, release } = node.store.state
  const measure = (pid: number | null) => {
    const measured = pid ? usage(pid) : { memoryBytes: null, cpuSeconds: null }
    return { memory_bytes: measured.memoryBytes, cpu_seconds: measured.cpuSeconds }
  }
  const part = (name: 'gateway' | 'control-plane', service: Service) => ({
    name,
    state: service.state,
    pid: service.pid,
    restarts: service.restarts,
    error: service.error,
    ...measure(service.pid),
  })
  return {
    pid: process.pid,
    phase: node.phase,
    started_at: node.startedAt,
    url: node.url,
    release,
    settings,
    parts: [
      {
        name: 'postgres',
        state: node.server.state,
        pid: node.server.pid,
        restarts: node.server.restarts,
        error: node.server.error,
        ...measure(node.server.pid),
      },
      part('gateway', node.gateway),
      part('control-plane', node.controlPlane),
    ],
    progress: node.journal.recent,
    tenants: node.tenants.all().map(({ record, plane }) => {
      const state = plane.state()
      const beside = node.upgrades.beside(record.id).process
      return {
        id: record.id,
        slug: record.document?.slug ?? null,
        hosts: record.hosts,
        runtime: state.runtime,
        pid: plane.pid,
        release: plane.release,
        beside: beside && { release: beside.release, pid: beside.pid, memory_bytes: usage(beside.pid).memoryBytes },
        restarts: state.restarts,
        memory_bytes: state.memoryBytes,
        cpu_seconds: state.cpuSeconds,
        next_wake_at: state.nextWakeAt,
        last_error: state.lastError,
        socket: plane.socket,
      }
    }),
    pool: { processes: node.processes.size, clones: node.clones?.size ?? 0 },
  }
}
