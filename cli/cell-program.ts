import type { Command } from 'commander'
import { calling } from './command.ts'

/** `./cityos cell …`: the clusters tenants are run in (design §9, §10). */
export function cellCommands(program: Command): void {
  const cell = program.command('cell').description('the clusters tenants are run in')
  calling(cell.command('list').description('how full each is, and whether it answers'))
    .option('--region <name>')
    .action(async (options) => (await import('./cell.ts')).listAll(options))
  calling(cell.command('show <name>').description('one cell')).action(async (name, options) =>
    (await import('./cell.ts')).show(name, options),
  )
  calling(
    cell.command('add <file>').description('a cluster described as in the installation’s values, as JSON (- reads standard input)'),
  ).action(async (file, options) => (await import('./cell.ts')).add(file, options))
  for (const [verb, description] of [
    ['open', 'place new tenants in it again'],
    ['close', 'place no new tenants in it; those in it stay'],
  ] as const) {
    calling(cell.command(`${verb} <name>`).description(description)).action(async (name, options) =>
      (await import('./cell.ts')).perform(verb, name, options),
    )
  }
  calling(cell.command('change <name>').description('how many tenants it takes, and of which plans; what is left out stays'))
    .option('--databases <number>', 'tenant databases on its Postgres')
    .option('--namespaces <number>')
    .option('--plans <codes>', 'comma-separated, or any')
    .action(async (name, options) => (await import('./cell.ts')).change(name, options))
  calling(cell.command('renew <name>').description('other access to it; what is left out stays (- reads standard input)'))
    .option('--kubeconfig <file>')
    .option('--database-url-file <file>', 'file with the URL of its Postgres')
    .action(async (name, options) => (await import('./cell.ts')).renew(name, options))
  calling(cell.command('remove <name>').description('take it off the platform, once its tenants have left; its cluster is not touched'))
    .requiredOption('--confirm <name>', 'its name again')
    .option('--gone', 'its cluster never answers again: forget what tenants that have moved away still had there')
    .action(async (name, options) => (await import('./cell.ts')).remove(name, options))
}
