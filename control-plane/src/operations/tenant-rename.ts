import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { defineOperation, StepRefused } from './definition.ts'
import { documentStep, nothingMore, requireStatus } from './document-step.ts'

/**
 * Gives a tenant another address. The former one leads to the new one for a while, and nobody else can take it meanwhile;
 * own domains stay as they are.
 */
const Parameters = z.object({
  from: z.string(),
  to: z.string(),
  /** Until when the former address leads to the new one. */
  leads_until: z.iso.datetime(),
})

export const tenantRename = defineOperation({
  kind: 'tenant-rename',
  parameters: Parameters,
  deadline: 120,
  pivot: 'route',
  steps: [
    {
      name: 'names',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const { from, to, leads_until } = ctx.parameters
        const [former, host] = [`${from}.${ctx.baseDomain}`, `${to}.${ctx.baseDomain}`]
        await ctx.write(async (tx) => {
          const now = ctx.now()
          await tx.tenant_domain.createMany({
            data: [{ host, tenant_id: ctx.tenantId, kind: 'subdomain', verified_at: now, created_at: now }],
            skipDuplicates: true,
          })
          const held = await tx.tenant_domain.findUniqueOrThrow({ where: { host } })
          if (held.tenant_id !== ctx.tenantId) throw new StepRefused(`${host} belongs to another tenant: choose another address`)
          // back to an address it had before: that one is its own again
          await tx.tenant_domain.update({ where: { host }, data: { kind: 'subdomain', leads_until: null } })
          await tx.tenant_domain.updateMany({
            where: { host: former, tenant_id: ctx.tenantId },
            data: { kind: 'former', leads_until: new Date(leads_until) },
          })
        })
        return `${host} is reserved; ${former} leads there until ${leads_until}`
      },
      async undo(ctx) {
        const { from, to } = ctx.parameters
        await ctx.write(async (tx) => {
          await tx.tenant_domain.deleteMany({ where: { host: `${to}.${ctx.baseDomain}`, tenant_id: ctx.tenantId } })
          await tx.tenant_domain.updateMany({
            where: { host: `${from}.${ctx.baseDomain}`, tenant_id: ctx.tenantId },
            data: { kind: 'subdomain', leads_until: null },
          })
        })
      },
    },
    documentStep(
      ({ to }: z.infer<typeof Parameters>) => ({ slug: to, slug_claim: to }),
      ({ from }) => ({ slug: from, slug_claim: from }),
    ),
    {
      name: 'route',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        const { domains } = await ctx.document()
        await ctx.driver.route(ctx.tenantId, domains, ctx.fence)
        return `the gateway leads ${domains.join(', ')} to it`
      },
      async undo(ctx) {
        const { from, to } = ctx.parameters
        const { domains } = await ctx.document()
        const hosts = domains.filter((host) => host !== `${to}.${ctx.baseDomain}`)
        const former = `${from}.${ctx.baseDomain}`
        await ctx.driver.route(ctx.tenantId, hosts.includes(former) ? hosts : [former, ...hosts], ctx.fence)
      },
    },
  ],
  async begin({ tx, tenantId, parameters }) {
    const { to } = Parameters.parse(parameters)
    await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'renamed')
    const rival = await tx.tenant.findUnique({ where: { slug_claim: to } })
    if (rival && rival.id !== tenantId)
      throw new DomainError('slug_taken', { field: 'slug', message: `"${to}" belongs to another tenant: choose another address` })
  },
  succeeded: nothingMore,
  undone: nothingMore,
})
