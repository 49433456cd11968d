import { DomainError, type PlaneHealth, type TenantDocument } from '@cityos/contract'
import {
  type ArchivePlace,
  type ArchiveReport,
  type DataPlaneDriver,
  type ExportRequest,
  type Fence,
  type HostCertificate,
  type ImportReport,
  type ImportRequest,
  type InventoryItem,
  type MigrationReport,
  type ProbeReport,
  type RehearsalReport,
  type RehearsalRequest,
  type Release,
  type RuntimeState,
  StaleFence,
  type StoredArchive,
  type TenantSecrets,
  type TestRequest,
  type TrafficSample,
  type WhichProcess,
} from '../driver.ts'
import { type NodeCallName, NodeFault, type NodeRequest, type NodeResponse, NodeStatus, nodeAddress, nodeCalls } from './node/api.ts'
import { socketRequest } from './socket-request.ts'

/** The driver of one machine: every method is one call of the node process on its unix socket. */
export class LocalDriver implements DataPlaneDriver {
  readonly name = 'local'
  private readonly socket: string

  constructor(options: { socket: string }) {
    this.socket = options.socket
  }

  async prepareRelease(release: Release): Promise<void> {
    await this.ask('prepareRelease', release)
  }

  async dropRelease(version: string): Promise<void> {
    await this.ask('dropRelease', { version })
  }

  async publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void> {
    await this.ask('publishKeys', jwks)
  }

  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }> {
    return this.ask('ensureDatabase', { tenantId, release, fence })
  }

  async dropDatabase(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('dropDatabase', { tenantId, fence })
  }

  async configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    await this.ask('configure', { tenantId: document.id, document, secrets, fence })
  }

  async forget(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('forget', { tenantId, fence })
  }

  async start(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('start', { tenantId, fence })
  }

  async stop(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('stop', { tenantId, fence })
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.ask('seed', { tenantId, fence })
  }

  async route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    await this.ask('route', { tenantId, hosts, fence })
  }

  async putCertificate(certificate: HostCertificate, fence: Fence): Promise<void> {
    await this.ask('putCertificate', { ...certificate, fence })
  }

  async removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void> {
    await this.ask('removeCertificate', { tenantId, host, fence })
  }

  async sleep(tenantId: string): Promise<void> {
    await this.ask('sleep', { tenantId })
  }

  async wake(tenantId: string): Promise<void> {
    await this.ask('wake', { tenantId })
  }

  state(tenantId: string): Promise<RuntimeState> {
    return this.ask('state', { tenantId })
  }

  health(tenantId: string): Promise<PlaneHealth | null> {
    return this.ask('health', { tenantId })
  }

  logs(tenantId: string, lines: number): Promise<string[]> {
    return this.ask('logs', { tenantId, lines })
  }

  inventory(): Promise<InventoryItem[]> {
    return this.ask('inventory', {})
  }

  async prepareInCell(): Promise<void> {
    throw new DomainError('validation_failed', { field: 'to_cell', message: 'tenants of one machine are in no cell' })
  }

  exportArchive(request: ExportRequest, fence: Fence): Promise<ArchiveReport> {
    return this.ask('exportArchive', { ...request, fence })
  }

  importArchive(request: ImportRequest, fence: Fence): Promise<ImportReport> {
    return this.ask('importArchive', { ...request, fence })
  }

  async activateIncoming(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('activateIncoming', { tenantId, fence })
  }

  async restoreFormer(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('restoreFormer', { tenantId, fence })
  }

  async dropIncoming(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('dropIncoming', { tenantId, fence })
  }

  async dropFormer(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('dropFormer', { tenantId, fence })
  }

  async setReadOnly(tenantId: string, readOnly: boolean, fence: Fence): Promise<void> {
    await this.ask('setReadOnly', { tenantId, readOnly, fence })
  }

  testArchive(request: TestRequest): Promise<ImportReport> {
    return this.ask('testArchive', request)
  }

  listArchives(tenantId?: string): Promise<StoredArchive[]> {
    return this.ask('listArchives', tenantId ? { tenantId } : {})
  }

  async deleteArchive(place: ArchivePlace, fence: Fence): Promise<void> {
    await this.ask('deleteArchive', { ...place, fence })
  }

  migrate(tenantId: string, release: string, fence: Fence): Promise<MigrationReport> {
    return this.ask('migrate', { tenantId, release, fence })
  }

  async startBeside(tenantId: string, release: string, fence: Fence): Promise<void> {
    await this.ask('startBeside', { tenantId, release, fence })
  }

  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport> {
    return this.ask('probe', { tenantId, which, fence })
  }

  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }> {
    return this.ask('switchOver', { tenantId, fence })
  }

  async stopBeside(tenantId: string, fence: Fence): Promise<void> {
    await this.ask('stopBeside', { tenantId, fence })
  }

  rehearse(request: RehearsalRequest, fence: Fence): Promise<RehearsalReport> {
    return this.ask('rehearse', { ...request, fence })
  }

  traffic(): Promise<TrafficSample[]> {
    return this.ask('traffic', {})
  }

  private async ask<Name extends NodeCallName>(name: Name, body: NodeRequest<Name>): Promise<NodeResponse<Name>> {
    const call = nodeCalls[name]
    const answer = await socketRequest(this.socket, 'POST', `/call/${name}`, { body, timeoutMs: call.timeoutMs }).catch((cause: Error) => {
      throw new DomainError('dependency_unavailable', { message: `the node process does not answer ${name}: ${cause.message}`, cause })
    })
    if (answer.status === 200) return call.response.parse(answer.body) as NodeResponse<Name>
    const fault = NodeFault.parse(answer.body)
    switch (fault.code) {
      case 'stale_fence':
        throw new StaleFence('tenantId' in body ? String(body.tenantId) : 'archive' in body ? body.archive.tenantId : '')
      case 'not_found':
        throw new DomainError('not_found', { message: fault.message })
      case 'archive_damaged':
      case 'archive_wrong_key':
      case 'archive_newer_schema':
        throw new DomainError(fault.code, { message: fault.message })
      case 'disk_full':
        throw new DomainError('dependency_unavailable', { message: fault.message })
      default:
        throw new Error(fault.message)
    }
  }
}

/** The status of the node of a data directory; null when none runs there. */
export async function nodeStatus(dataDir: string): Promise<NodeStatus | null> {
  const address = nodeAddress(dataDir)
  if (!address) return null
  try {
    const answer = await socketRequest(address.socket, 'GET', '/status', { timeoutMs: 5_000 })
    return NodeStatus.parse(answer.body)
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
