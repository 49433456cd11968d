import { z } from 'zod'
import { requireDowngradeable } from '../rollout/upgrade.rules.ts'
import { defineOperation } from './definition.ts'
import { nothingMore } from './document-step.ts'
import { releaseOf } from './release-of.ts'
import { besideStep, describeProbes, switchTo } from './release-switch.ts'

/**
 * Takes a tenant back to the release it came from, by the same switch. What was written meanwhile stays: the schema was only
 * expanded, and the newer release wrote only what the former one can read.
 */
const Parameters = z.object({ from: z.string(), to: z.string(), rollout_id: z.string().nullable() })
type Parameters = z.infer<typeof Parameters>

export const tenantDowngrade = defineOperation<Parameters>({
  kind: 'tenant-downgrade',
  parameters: Parameters,
  deadline: 900,
  pivot: 'switch',
  steps: [
    {
      ...besideStep<Parameters>(({ to }) => to),
      async do(ctx) {
        await ctx.driver.prepareRelease(await releaseOf(ctx.db, ctx.parameters.to))
        await ctx.driver.startBeside(ctx.tenantId, ctx.parameters.to, ctx.fence)
        return `${ctx.parameters.to} answers beside it`
      },
    },
    {
      name: 'probe',
      timeout: 60,
      owner: 'release engineer',
      async do(ctx) {
        const report = await ctx.driver.probe(ctx.tenantId, 'beside', ctx.fence)
        // A former release that has served until lately is better than the one it is taken back from.
        return report.ok
          ? `${report.checks.length} checks`
          : `it goes back all the same, although a probe failed: ${describeProbes([report])}`
      },
    },
    {
      name: 'switch',
      timeout: 180,
      owner: 'platform operator',
      do: (ctx) => switchTo(ctx, ctx.parameters.to),
      undo: async (ctx) => void (await switchTo(ctx, ctx.parameters.from)),
    },
  ],
  begin: requireDowngradeable,
  succeeded: nothingMore,
  undone: nothingMore,
})
