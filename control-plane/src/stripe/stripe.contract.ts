import { anyone, endpoint } from '@cityos/contract'
import { z } from 'zod'

export const receiveStripe = endpoint({
  id: 'stripe.webhook',
  method: 'POST',
  path: '/webhooks/stripe',
  summary: 'Events of the payment provider; signed, each taken once, in any order',
  access: anyone,
  body: z.string(),
  rawBody: true,
  response: z.object({ received: z.literal(true) }),
  errors: ['invalid_request', 'dependency_unavailable'],
})
