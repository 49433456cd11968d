import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { startSubscription } from '../billing/subscription.start.ts'
import { json, jsonNull } from '../registry/registry.ts'
import { ensureSecrets, readSecrets, servingStatus } from '../tenant/tenant.document.ts'
import { defineOperation, StepRefused } from './definition.ts'
import { releaseOf } from './release-of.ts'

/** From a stored desired state to a running tenant on its own host (design §3). */
const Parameters = z.object({
  /** Load the demo catalogue. */
  seed: z.boolean(),
  /** The owner's invitation, whose 72 hours begin when the tenant is handed over. */
  invitation_id: z.string(),
})

export const invitationHours = 72

export const tenantCreate = defineOperation({
  kind: 'tenant-create',
  parameters: Parameters,
  deadline: 300,
  pivot: 'health',
  steps: [
    {
      name: 'names',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const host = `${(await ctx.tenant()).slug}.${ctx.baseDomain}`
        await ctx.write(async (tx) => {
          await tx.tenant_domain.createMany({
            data: [{ host, tenant_id: ctx.tenantId, kind: 'subdomain', verified_at: ctx.now(), created_at: ctx.now() }],
            skipDuplicates: true,
          })
          const held = await tx.tenant_domain.findUniqueOrThrow({ where: { host } })
          if (held.tenant_id !== ctx.tenantId) throw new StepRefused(`${host} belongs to another tenant: choose another address`)
        })
        return `${host} is reserved`
      },
      async undo(ctx) {
        await ctx.write((tx) => tx.tenant_domain.deleteMany({ where: { tenant_id: ctx.tenantId } }))
      },
    },
    {
      name: 'schema',
      timeout: 120,
      owner: 'release engineer',
      async do(ctx) {
        const release = await releaseOf(ctx.db, (await ctx.tenant()).release)
        await ctx.driver.prepareRelease(release)
        return `release ${release.version} is ready, schema ${release.schema}`
      },
    },
    {
      name: 'database',
      timeout: 60,
      owner: 'database administrator',
      async do(ctx) {
        const { pooled } = await ctx.driver.ensureDatabase(ctx.tenantId, (await ctx.tenant()).release, ctx.fence)
        return pooled ? 'database and roles, from the warm pool' : 'database and roles, cloned from the release’s template'
      },
      undo: (ctx) => ctx.driver.dropDatabase(ctx.tenantId, ctx.fence),
    },
    {
      name: 'secrets',
      timeout: 20,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.write((tx) => ensureSecrets(tx, ctx.sealing, ctx.tenantId, ctx.now()))
        await ctx.driver.configure(await ctx.document(), await readSecrets(ctx.db, ctx.sealing, ctx.tenantId), ctx.fence)
        return 'keys made and sealed, document handed over'
      },
      async undo(ctx) {
        await ctx.driver.forget(ctx.tenantId, ctx.fence)
        await ctx.write((tx) => tx.tenant_secret.deleteMany({ where: { tenant_id: ctx.tenantId } }))
      },
    },
    {
      name: 'deploy',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.start(ctx.tenantId, ctx.fence)
        return 'the data plane answers'
      },
      undo: (ctx) => ctx.driver.stop(ctx.tenantId, ctx.fence),
    },
    {
      name: 'seed',
      timeout: 180,
      owner: 'release engineer',
      async do(ctx) {
        if (!ctx.parameters.seed) return 'an empty shop was asked for'
        const { changed } = await ctx.driver.seed(ctx.tenantId, ctx.fence)
        return changed ? 'the demo catalogue is loaded' : 'the demo catalogue was there already'
      },
    },
    {
      name: 'route',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        const { domains } = await ctx.document()
        await ctx.driver.route(ctx.tenantId, domains, ctx.fence)
        return `the gateway leads ${domains.join(', ')} to it`
      },
      undo: (ctx) => ctx.driver.route(ctx.tenantId, [], ctx.fence),
    },
    {
      name: 'health',
      timeout: 30,
      owner: 'release engineer',
      check: 'the new data plane reports that it is well',
      async do(ctx) {
        // With a short idle time it may have fallen asleep since it was started.
        if ((await ctx.driver.state(ctx.tenantId)).runtime !== 'running') await ctx.driver.start(ctx.tenantId, ctx.fence)
        const report = await ctx.driver.health(ctx.tenantId)
        if (!report) throw new Error('the data plane does not answer its health check')
        if (report.status === 'failed') {
          const broken = Object.entries(report.dependencies).filter(([, value]) => value.status === 'failed')
          throw new Error(
            `the data plane is not well: ${broken.map(([name, value]) => `${name} ${value.message ?? ''}`.trim()).join(', ')}`,
          )
        }
        return `release ${report.release}, schema ${report.schema}: ${report.status}`
      },
    },
    {
      name: 'billing',
      timeout: 10,
      owner: 'finance',
      async do(ctx) {
        const tenant = await ctx.tenant()
        const plan = await ctx.db.plan.findUniqueOrThrow({ where: { code: tenant.plan_code } })
        await ctx.write((tx) => startSubscription(tx, tenant.id, plan.code, ctx.now()))
        return plan.trial_days > 0 ? `plan ${plan.code}, ${plan.trial_days} days of trial` : `plan ${plan.code}`
      },
    },
    {
      name: 'hand-over',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const expires = new Date(ctx.now().getTime() + invitationHours * 3_600_000)
        await ctx.write((tx) =>
          tx.invitation.updateMany({
            where: { id: ctx.parameters.invitation_id, accepted_at: null, revoked_at: null },
            data: { expires_at: expires },
          }),
        )
        return `the owner’s invitation is good for ${invitationHours} hours`
      },
    },
  ],

  async begin({ tx, tenantId, now }) {
    const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
    if (tenant.deleted_at || !['provisioning', 'failed'].includes(tenant.status)) {
      throw new DomainError('invalid_transition', { message: `${tenant.slug} has been created already` })
    }
    const rival = await tx.tenant.findUnique({ where: { slug_claim: tenant.slug } })
    if (rival && rival.id !== tenantId)
      throw new DomainError('slug_taken', {
        field: 'slug',
        message: `${tenant.slug} was taken meanwhile: create the tenant anew under another address`,
      })
    await tx.tenant.update({
      where: { id: tenantId },
      data: { status: 'provisioning', slug_claim: tenant.slug, runtime: 'starting', failure: jsonNull, updated_at: now },
    })
  },

  async succeeded({ tx, tenantId, now }) {
    const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
    const plan = await tx.plan.findUniqueOrThrow({ where: { code: tenant.plan_code } })
    await tx.tenant.update({ where: { id: tenantId }, data: { status: servingStatus(plan), runtime: 'running', updated_at: now } })
  },

  async undone({ tx, tenantId, now }, failure) {
    const wayOut = 'nothing is left of it: retry the operation, or delete the tenant'
    await tx.tenant.update({
      where: { id: tenantId },
      data: {
        status: 'failed',
        runtime: null,
        slug_claim: null,
        failure: json({ step: failure.step, message: failure.message, way_out: wayOut }),
        updated_at: now,
      },
    })
  },
})
