import type { ProbeReport } from '@cityos/provisioning'
import type { Step, StepContext } from './definition.ts'
import { becomeDocument } from './document-step.ts'

/** Starts the release beside the one that serves; undo ends it again. */
export function besideStep<P>(release: (parameters: P) => string): Step<P> {
  return {
    name: 'beside',
    timeout: 180,
    owner: 'release engineer',
    async do(ctx) {
      await ctx.driver.startBeside(ctx.tenantId, release(ctx.parameters), ctx.fence)
      return `${release(ctx.parameters)} answers beside it`
    },
    undo: (ctx) => ctx.driver.stopBeside(ctx.tenantId, ctx.fence),
  }
}

/**
 * Makes `release` the one that serves, in both directions: the document names it, then the process beside takes over. Where
 * it serves already, only what is left beside it is ended.
 */
export async function switchTo<P>(ctx: StepContext<P>, release: string): Promise<string> {
  await becomeDocument(ctx, { release })
  const state = await ctx.driver.state(ctx.tenantId)
  if (state.runtime === 'running' && state.release === release) {
    await ctx.driver.stopBeside(ctx.tenantId, ctx.fence)
    return `${release} serves`
  }
  await ctx.driver.startBeside(ctx.tenantId, release, ctx.fence)
  const { drained } = await ctx.driver.switchOver(ctx.tenantId, ctx.fence)
  return drained ? `${release} serves; every request under way was answered` : `${release} serves; a request under way was cut off`
}

/** `quote: no price for …; read.home: 500` */
export function describeProbes(reports: readonly ProbeReport[]): string {
  const failed = reports.flatMap((report) => report.checks.filter((check) => !check.ok))
  return [...new Set(failed.map((check) => `${check.name}${check.message ? ` (${check.message})` : ''}`))].join(', ') || 'no answer'
}
