import { DomainError } from '@cityos/contract'
import { databaseName } from '../postgres/databases.ts'
import type { NodeRequest, NodeResponse } from './api.ts'
import type { LocalNode } from './node.ts'

type Calls =
  | 'exportArchive'
  | 'importArchive'
  | 'activateIncoming'
  | 'restoreFormer'
  | 'dropIncoming'
  | 'dropFormer'
  | 'setReadOnly'
  | 'testArchive'
  | 'listArchives'
  | 'deleteArchive'

/** The driver's calls about archives. What changes a tenant stands in its queue, behind its fence, like every other change. */
export function archiveCalls(node: LocalNode): { [Name in Calls]: (request: NodeRequest<Name>) => Promise<NodeResponse<Name>> } {
  const { tenants, archives } = node
  /** Databases may be swapped only while nobody uses them. */
  const requireStopped = (tenantId: string): void => {
    if (node.store.tenant(tenantId)?.desired === 'up')
      throw new DomainError('invalid_transition', { message: `stop ${tenantId} first: its data plane is in use` })
  }
  return {
    exportArchive: ({ tenantId, archiveId, recipient, fence }) =>
      tenants.fenced(tenantId, fence, () => {
        const document = node.store.tenant(tenantId)?.document
        if (!document) throw new DomainError('not_found', { message: `tenant ${tenantId} is not known on this node` })
        return archives.write({ tenantId, archiveId }, recipient, document)
      }),
    importArchive: ({ fence, ...request }) => tenants.fenced(request.tenantId, fence, () => archives.load(request)),
    activateIncoming: ({ tenantId, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        requireStopped(tenantId)
        await archives.activate(tenantId, tenants.logins(tenantId))
        return null
      }),
    restoreFormer: ({ tenantId, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        requireStopped(tenantId)
        await archives.restoreFormer(tenantId)
        return null
      }),
    dropIncoming: ({ tenantId, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        await archives.dropBeside(tenantId, 'incoming')
        return null
      }),
    dropFormer: ({ tenantId, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        await archives.dropBeside(tenantId, 'former')
        return null
      }),
    setReadOnly: ({ tenantId, readOnly, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        const name = databaseName(tenantId)
        if (await node.server.databases.exists(name)) await node.server.databases.states.setReadOnly(name, readOnly)
        return null
      }),
    testArchive: (request) => archives.test(request),
    listArchives: async ({ tenantId }) => archives.list(tenantId),
    deleteArchive: ({ tenantId, archiveId, fence }) =>
      tenants.fenced(tenantId, fence, async () => {
        archives.delete({ tenantId, archiveId })
        return null
      }),
  }
}
