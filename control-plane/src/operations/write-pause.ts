import type { Step, StepContext } from './definition.ts'
import type { DesiredState } from './document-step.ts'
import { becomeDocument } from './document-step.ts'

/** Nothing is written from now on: the data plane says so in its answers, and the database itself refuses. */
export async function pauseWrites<P>(ctx: StepContext<P>): Promise<void> {
  await becomeDocument(ctx, { read_only: true } satisfies DesiredState)
  await ctx.driver.setReadOnly(ctx.tenantId, true, ctx.fence)
}

export async function resumeWrites<P>(ctx: StepContext<P>): Promise<void> {
  await ctx.driver.setReadOnly(ctx.tenantId, false, ctx.fence)
  await becomeDocument(ctx, { read_only: false } satisfies DesiredState)
}

/** The steps with which a tenant takes up what was loaded beside it, the way back included: stop, swap, start, health. */
export function takeUpSteps<P>(): Step<P>[] {
  return [
    {
      name: 'stop',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        await ctx.driver.stop(ctx.tenantId, ctx.fence)
        return 'no process uses the database'
      },
      async undo(ctx) {
        // A data plane does not start over a database that refuses writes.
        await resumeWrites(ctx)
        await ctx.driver.start(ctx.tenantId, ctx.fence)
      },
    },
    {
      name: 'swap',
      timeout: 120,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.activateIncoming(ctx.tenantId, ctx.fence)
        return 'the loaded database and files have taken their place; the former ones are kept'
      },
      async undo(ctx) {
        await ctx.driver.restoreFormer(ctx.tenantId, ctx.fence)
      },
    },
    {
      name: 'start',
      timeout: 120,
      owner: 'platform operator',
      async do(ctx) {
        await resumeWrites(ctx)
        await ctx.driver.start(ctx.tenantId, ctx.fence)
        return 'the data plane answers'
      },
      undo: (ctx) => ctx.driver.stop(ctx.tenantId, ctx.fence),
    },
    {
      name: 'health',
      timeout: 30,
      owner: 'release engineer',
      check: 'the data plane is well with what was loaded',
      async do(ctx) {
        if ((await ctx.driver.state(ctx.tenantId)).runtime !== 'running') await ctx.driver.start(ctx.tenantId, ctx.fence)
        const report = await ctx.driver.health(ctx.tenantId)
        if (!report) throw new Error('the data plane does not answer its health check')
        if (report.status === 'failed') throw new Error('the data plane is not well with what was loaded')
        return `release ${report.release}, schema ${report.schema}: ${report.status}`
      },
    },
  ]
}
