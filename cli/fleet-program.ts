import { type Command, Option } from 'commander'
import { calling } from './command.ts'

/** `./cityos fleet …`: rollouts and the freeze switch (design §4, §9). */
export function fleetCommands(program: Command): void {
  const fleet = program.command('fleet').description('bring every tenant to a release, ring by ring')
  calling(fleet.command('status [id]').description('the newest rollout (or this one), and what the fleet is on')).action(
    async (id, options) => (await import('./fleet.ts')).status(id, options),
  )
  calling(fleet.command('list').description('rollouts, newest first'))
    .option('--limit <number>', 'how many', '20')
    .action(async (options) => (await import('./fleet.ts')).listAll(options))
  planning(
    fleet.command('preview').description('say which tenant would be in which ring, who is left out and why; changes nothing'),
  ).action(async (options) => (await import('./fleet.ts')).preview(options))
  planning(fleet.command('upgrade').description('upgrade the fleet; goes back by itself when a ring does worse than the tenants held out'))
    .addOption(new Option('--no-start', 'only plan it; `fleet start` starts it'))
    .option('--wait', 'return when it has ended; exit code 0 only when every ring has passed')
    .action(async (options) => (await import('./fleet.ts')).upgrade(options))
  for (const [verb, description] of [
    ['start', 'start a planned rollout'],
    ['resume', 'go on after a pause'],
  ] as const) {
    calling(fleet.command(`${verb} [id]`).description(description)).action(async (id, options) =>
      (await import('./fleet.ts')).perform(verb, id, options),
    )
  }
  calling(fleet.command('pause [id]').description('start no further upgrade; what is under way finishes'))
    .option('--reason <text>', 'why')
    .action(async (id, options) => (await import('./fleet.ts')).pause(id, options))
  calling(fleet.command('skip [id]').description('leave out a ring (or end its soak now), or one tenant'))
    .option('--ring <name>', 'its name or number')
    .option('--tenant <slug>')
    .requiredOption('--reason <text>', 'why; goes into the timeline')
    .action(async (id, options) => (await import('./fleet.ts')).skip(id, options))
  calling(fleet.command('rollback [id]').description('take what it has upgraded back to the former release; no row is lost'))
    .addOption(new Option('--scope <scope>', 'everything, or the ring it is at').choices(['all', 'ring']).default('all'))
    .requiredOption('--reason <text>', 'why; goes into the timeline')
    .option('--wait', 'return when that has happened')
    .action(async (id, options) => (await import('./fleet.ts')).rollBack(id, options))
  calling(fleet.command('timeline [id]').description('what happened, in order'))
    .option('--limit <number>', 'how many of the last lines', '100')
    .action(async (id, options) => (await import('./fleet.ts')).timeline(id, options))
  calling(fleet.command('tenants [id]').description('every tenant with its ring, how it stands and why'))
    .option('--status <status>', 'such as failed, blocked, rolled_back')
    .action(async (id, options) => (await import('./fleet.ts')).tenants(id, options))
  calling(fleet.command('freeze').description('keep every release where it is; going back is never held up'))
    .requiredOption('--reason <text>', 'why')
    .option('--for <duration>', 'ends by itself then, such as 12h')
    .action(async (options) => (await import('./fleet.ts')).freeze(true, options))
  calling(fleet.command('unfreeze').description('let releases go on')).action(async (options) =>
    (await import('./fleet.ts')).freeze(false, options),
  )
}

function planning(command: Command): Command {
  return calling(command)
    .requiredOption('--to <release>', 'its version, as `release list` has it')
    .option('--rings <list>', 'internal, shares of the fleet, and rest', 'internal,1%,10%,20%,30%,rest')
    .option('--soak <duration>', 'how long each ring is watched', '10m')
    .option(
      '--max-failures <number>',
      'tenants of a ring that may fail before it goes back (default: one in twenty, and one in a ring of three or more)',
    )
    .option('--parallel <number>', 'tenants upgraded at the same time', '2')
    .option('--threshold <name=value...>', 'limits of the gate, such as burn_rate=4 min_requests=50')
    .option('--control <share>', 'share of the fleet held out for comparison', '5%')
    .addOption(new Option('--no-rehearse', 'do not try each upgrade on a clone first'))
}

/** `./cityos tenant …`: what upgrades of one tenant go by. */
export function upgradeRuleCommands(tenant: Command): void {
  calling(tenant.command('upgrade <slug>').description('bring one tenant to a release by hand'))
    .requiredOption('--to <release>')
    .addOption(new Option('--no-rehearse', 'do not try it on a clone first'))
    .option('--override <reason>', 'do it against a pin or outside the maintenance window; audited')
    .option('--wait', 'return when it is there')
    .action(async (slug, options) => (await import('./upgrade-rules.ts')).upgrade(slug, options))
  calling(tenant.command('pin <slug>').description('keep it on its release until a date'))
    .requiredOption('--until <date>', 'such as 2026-12-31, or 30d')
    .requiredOption('--owner <name>', 'who answers for it')
    .requiredOption('--reason <text>')
    .option('--release <release>', 'the only one it may be brought to')
    .action(async (slug, options) => (await import('./upgrade-rules.ts')).pin(slug, options))
  calling(tenant.command('unpin <slug>').description('let it be upgraded again')).action(async (slug, options) =>
    (await import('./upgrade-rules.ts')).unpin(slug, options),
  )
  calling(tenant.command('window <slug>').description('say when rollouts may touch it'))
    .option('--days <list>', 'such as sun,mon,tue, or all')
    .option('--from <time>', 'such as 02:00')
    .option('--to <time>', 'such as 05:00; past midnight when it is not later')
    .option('--zone <name>', 'such as Asia/Riyadh (default: the tenant’s own)')
    .option('--remove', 'at any time')
    .action(async (slug, options) => (await import('./upgrade-rules.ts')).window(slug, options))
  calling(tenant.command('rules <slug>').description('its pin, its maintenance window, and whether it is in the first ring')).action(
    async (slug, options) => (await import('./upgrade-rules.ts')).show(slug, options),
  )
  calling(tenant.command('internal <slug> <on|off>').description('put it into the first ring of every rollout, or take it out')).action(
    async (slug, state, options) => (await import('./upgrade-rules.ts')).internal(slug, state, options),
  )
}
