import type { Approval, Operation } from '@cityos/control-plane/contract'
import { useNavigate } from 'react-admin'

/** What a request about a tenant answers: it has started, or it waits for a second person. */
interface Requested {
  operation?: Pick<Operation, 'id'> | null
  approval?: Pick<Approval, 'id'> | null
}

/** Leads to where a request can be watched: its operation, or the approval it waits for. */
export function useAfterRequest(): (answer: unknown) => void {
  const navigate = useNavigate()
  return (answer) => {
    const { operation, approval } = (answer ?? {}) as Requested
    if (operation) navigate(`/operations/${operation.id}/show`)
    else if (approval) navigate(`/approvals/${approval.id}/show`)
  }
}
