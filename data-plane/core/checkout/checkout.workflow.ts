import type { ErrorCode } from '@cityos/contract'
import { step, type Workflow, workflowKind } from '../../platform/workflow/workflow.ts'

export interface CheckoutInput {
  checkoutId: string
  /** Money has to be asked for outside: cash and transfers skip the provider's steps. */
  online: boolean
  /** ISO 8601; money that arrives later is let go of. */
  paymentDeadline: string
}

export interface Failure {
  code: ErrorCode
  details?: Record<string, unknown>
}

export type CheckoutResult = { status: 'succeeded' } | { status: 'failed'; failure: Failure }

export type AuthorizeResult = { outcome: 'authorized' } | { outcome: 'action_required' } | { outcome: 'failed'; failure: Failure }
export type ConfirmResult = { outcome: 'confirmed' } | { outcome: 'failed'; failure: Failure }

export const checkoutKind = workflowKind<CheckoutInput, CheckoutResult>('checkout')

/** Signal with the shopper's answer to the provider's challenge. */
export const challengeSignal = 'challenge'

export const steps = {
  /** Asks the provider of every payment; one refusal voids all. */
  authorize: step<{ checkoutId: string; confirmed: boolean }, AuthorizeResult>('checkout.authorize'),
  /** Holds → entitlements, sub-orders placed → confirmed; for cash and transfers also the end of the checkout. */
  confirm: step<{ checkoutId: string; last: boolean }, ConfirmResult>('checkout.confirm'),
  /** Takes what is captured at checkout, posts the sale, ends the checkout. */
  capture: step<{ checkoutId: string }, ConfirmResult>('checkout.capture'),
  /** Voids or refunds, frees what was held or confirmed, opens the cart again. */
  undo: step<{ checkoutId: string; failure: Failure }, null>('checkout.undo'),
}

/**
 * hold (before this begins) → authorise → confirm all → capture (design §5). Killed anywhere, it goes on from the last
 * step it wrote down; each step may run twice.
 */
export async function checkoutWorkflow(workflow: Workflow, input: CheckoutInput): Promise<CheckoutResult> {
  const { checkoutId } = input
  const undo = async (failure: Failure): Promise<CheckoutResult> => {
    await workflow.run(steps.undo, { checkoutId, failure })
    return { status: 'failed', failure }
  }
  if (input.online) {
    let authorization = await workflow.run(steps.authorize, { checkoutId, confirmed: false })
    if (authorization.outcome === 'action_required') {
      const answer = await workflow.waitFor<{ approve: boolean }>(challengeSignal, input.paymentDeadline)
      if (!answer) return undo({ code: 'payment_declined', details: { reason: 'deadline_passed' } })
      if (!answer.approve) return undo({ code: 'payment_declined', details: { reason: 'challenge_declined' } })
      authorization = await workflow.run(steps.authorize, { checkoutId, confirmed: true })
    }
    if (authorization.outcome === 'failed') return undo(authorization.failure)
    if (authorization.outcome === 'action_required') return undo({ code: 'payment_declined', details: { reason: 'challenge_again' } })
  }
  const confirmed = await workflow.run(steps.confirm, { checkoutId, last: !input.online })
  if (confirmed.outcome === 'failed') return undo(confirmed.failure)
  if (!input.online) return { status: 'succeeded' }
  const captured = await workflow.run(steps.capture, { checkoutId })
  return captured.outcome === 'failed' ? undo(captured.failure) : { status: 'succeeded' }
}
