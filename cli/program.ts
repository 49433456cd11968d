import { Command, Option } from 'commander'
import { cellCommands } from './cell-program.ts'
import { calling, common } from './command.ts'
import { fleetCommands, upgradeRuleCommands } from './fleet-program.ts'

/** Every command of `./cityos` (design §9); what a command does is in the module it loads. */
export const program = new Command('cityos')
  .description('Dakkah CityOS: a control plane, and a data plane for every tenant')
  .showHelpAfterError('Help: ./cityos --help')

common(program.command('up').description('start the platform and, the first time, the demo tenant "dakkah"'))
  .option('--port <number>', 'port of the gateway on loopback (default 8080, or the one used before)')
  .option('--detach', 'return when it is ready, instead of following the logs')
  .addOption(new Option('--no-demo', 'do not create the demo tenant'))
  .action(async (options) => (await import('./up.ts')).up(options))
common(program.command('down').description('stop the platform; nothing is lost')).action(async (options) =>
  (await import('./down.ts')).down(options),
)
common(program.command('status').description('what runs, and where')).action(async (options) =>
  (await import('./status.ts')).status(options),
)
common(program.command('logs [tenant]').description("the platform's log, or a tenant's"))
  .option('--follow', 'go on as lines are written')
  .option('--lines <number>', 'how many of the last lines', '200')
  .action(async (tenant, options) => (await import('./logs.ts')).logs(tenant, options))
program
  .command('test [suite] [filters...]')
  .description('run the tests: unit and e2e, or one of them')
  .action(async (suite, filters) => (await import('./test.ts')).test(suite, filters))
common(program.command('bench [name]').description('measure CPU, memory and times; prints a table and JSON'))
  .option('--output <file>', 'write the JSON here')
  .action(async (name, options) => (await import('./bench.ts')).bench(name, options))

const tenant = program.command('tenant').description('create, list and operate tenants')
calling(tenant.command('create <slug>').description('create a tenant'))
  .requiredOption('--name <name>', 'its name')
  .requiredOption('--owner <email>', 'who owns it; gets an invitation')
  .option('--plan <code>')
  .option('--verticals <codes>', 'comma-separated, or all')
  .option('--locales <codes>', 'comma-separated: en,fr,ar')
  .option('--currency <code>', 'such as SAR')
  .addOption(new Option('--driver <name>').choices(['local', 'kubernetes']))
  .option('--region <name>', 'whose clusters it may come into')
  .option('--seed', 'load the demo catalogue')
  .option('--test', 'a tenant for trying things out: sandbox payments')
  .option('--internal', 'in the first ring of every rollout')
  .option('--wait', 'return when it is ready')
  .action(async (slug, options) => (await import('./tenant.ts')).create(slug, options))
calling(tenant.command('list').description('all tenants'))
  .option('--status <status>')
  .action(async (options) => (await import('./tenant.ts')).listAll(options))
calling(tenant.command('show <slug>').description('one tenant')).action(async (slug, options) =>
  (await import('./tenant.ts')).show(slug, options),
)
for (const [verb, description] of [
  ['suspend', 'stop selling; pages stay readable'],
  ['resume', 'sell again after a suspension'],
  ['sleep', 'stop the data plane until the next request or due timer'],
  ['wake', 'start the data plane now'],
  ['reopen', 'take back a closing'],
] as const) {
  calling(tenant.command(`${verb} <slug>`).description(description)).action(async (slug, options) =>
    (await import('./tenant.ts')).perform(verb, slug, options),
  )
}
calling(tenant.command('rename <slug> <new-slug>').description('give it another address; the former one leads there for a while')).action(
  async (slug, to, options) => (await import('./tenant.ts')).rename(slug, to, options),
)
calling(tenant.command('close <slug>').description('ask a second person to take the tenant off the air and, after its days, erase it'))
  .option('--retention-days <number>', 'days in which it can be reopened, 0 to 30 (default 30)')
  .option('--reason <text>', 'why; the second person reads it')
  .option('--wait', 'return when it is closed; with no days, when it is erased')
  .action(async (slug, options) => (await import('./tenant-closing.ts')).close(slug, options))
calling(tenant.command('backup <slug>').description('back the tenant up now'))
  .option('--wait', 'return when it is there')
  .action(async (slug, options) => (await import('./backup.ts')).backUp(slug, options))
calling(tenant.command('backups <slug>').description('its backups, newest first'))
  .option('--limit <number>', 'how many', '20')
  .action(async (slug, options) => (await import('./backup.ts')).listOf(slug, options))
calling(tenant.command('restore [slug]').description('put a tenant back to a backup, or make a new one of it with --as'))
  .requiredOption('--backup <id>', 'which backup')
  .option('--as <slug>', 'address of the new tenant; it starts in quarantine')
  .option('--name <name>', 'its name')
  .option('--owner <email>', 'its owner (default: that of the original)')
  .option('--mask-personal-data', 'made-up persons in place of real ones')
  .option('--wait', 'return when it is done')
  .action(async (slug, options) => (await import('./backup.ts')).restore(slug, options))
calling(tenant.command('clone <source> <slug>').description('a new tenant with the data of another, in quarantine'))
  .option('--name <name>', 'its name')
  .option('--owner <email>', 'its owner (default: that of the original)')
  .option('--mask-personal-data', 'made-up persons in place of real ones')
  .option('--wait', 'return when it is ready')
  .action(async (source, slug, options) => (await import('./backup.ts')).clone(source, slug, options))
calling(tenant.command('lift-quarantine <slug>').description('let a copy go live')).action(async (slug, options) =>
  (await import('./backup.ts')).lift(slug, options),
)
calling(tenant.command('move <slug>').description('ask a second person to move the tenant to a new database and process'))
  .requiredOption('--reason <text>', 'why; the second person reads it')
  .option('--to-cell <name>', 'to another cell; left out: where it is')
  .action(async (slug, options) => (await import('./backup.ts')).move(slug, options))
calling(tenant.command('logs <slug>').description('the last lines its data plane wrote'))
  .option('--lines <number>', 'how many', '200')
  .action(async (slug, options) => (await import('./tenant.ts')).logs(slug, options))

calling(tenant.command('subscribe <slug>').description('change plan and add-ons, for what the preview says'))
  .option('--plan <code>', 'another plan, or the same at its present terms')
  .option('--add <verticals>', 'add-ons to take, comma-separated')
  .option('--remove <verticals>', 'add-ons to give up, comma-separated')
  .option('--preview', 'only say what it would cost')
  .option('--wait', 'return when it is done')
  .action(async (slug, options) => (await import('./subscription.ts')).subscribe(slug, options))
upgradeRuleCommands(tenant)

const invoice = program.command('invoice').description('what tenants owe')
calling(invoice.command('list').description('newest first'))
  .option('--tenant <slug>')
  .addOption(new Option('--status <status>').choices(['open', 'paid', 'void', 'uncollectible']))
  .option('--overdue', 'only what is past its due date')
  .option('--limit <number>', 'how many', '20')
  .action(async (options) => (await import('./invoice.ts')).listAll(options))
calling(invoice.command('show <number>').description('one invoice with lines and payments')).action(async (number, options) =>
  (await import('./invoice.ts')).show(number, options),
)
calling(invoice.command('pay <number>').description('book a bank transfer'))
  .requiredOption('--reference <text>', 'the bank’s reference; one reference pays once')
  .option('--amount <minor-units>', 'default: all that is left')
  .action(async (number, options) => (await import('./invoice.ts')).pay(number, options))
calling(invoice.command('write-off <number>').description('give up on it: what it pays for goes off at once'))
  .requiredOption('--reason <text>', 'why; goes into the audit trail')
  .action(async (number, options) => (await import('./invoice.ts')).writeOff(number, options))

const release = program.command('release').description('builds of the data plane')
calling(release.command('build').description('build a checkout into an immutable release'))
  .option('--from <dir>', 'the checkout (default: this one)')
  .option('--oci', 'make container images of it, as an archive that container runtimes and registries take')
  .option('--no-control-plane', 'with --oci: only the image that tenants run, not the one with Pulumi in it')
  .option('--repository <name>', 'with --oci: name of the images, e.g. registry.example.com/cityos (default: cityos)')
  .option('--out <file>', 'with --oci: the archive (default: images/cityos-<version>.tar in the data directory)')
  .action(async (options) => (await import('./release.ts')).build(options))
calling(release.command('list').description('all releases')).action(async (options) => (await import('./release.ts')).list(options))
calling(release.command('show <version>').description('one release, its changelog and the tenants on it'))
  .option('--sbom', 'print its software bill of materials (CycloneDX)')
  .action(async (version, options) => (await import('./release.ts')).show(version, options))
calling(release.command('diff <from> <to>').description('what is different between two releases')).action(async (from, to, options) =>
  (await import('./release.ts')).diff(from, to, options),
)
calling(release.command('yank <version>').description('take a release back: no new tenant and no rollout gets it'))
  .requiredOption('--reason <text>', 'why; goes into the audit trail')
  .action(async (version, options) => (await import('./release.ts')).yank(version, options))

fleetCommands(program)
cellCommands(program)

const backup = program.command('backup').description('archives of tenants')
calling(backup.command('delete <id>').description('destroy a backup')).action(async (id, options) =>
  (await import('./backup.ts')).remove(id, options),
)

const operation = program.command('operation').description('what is being done to tenants, step by step')
calling(operation.command('list').description('newest first'))
  .option('--tenant <id>')
  .option('--limit <number>', 'how many', '20')
  .action(async (options) => (await import('./operation.ts')).listAll(options))
calling(operation.command('show <id>').description('one operation with its steps')).action(async (id, options) =>
  (await import('./operation.ts')).show(id, options),
)
for (const [verb, description] of [
  ['cancel', 'undo what has been done so far (refused past the pivot)'],
  ['resume', 'stop waiting and try the current step at once'],
  ['retry', 'start a failed or cancelled operation again'],
] as const) {
  calling(operation.command(`${verb} <id>`).description(description)).action(async (id, options) =>
    (await import('./operation.ts')).perform(verb, id, options),
  )
}
calling(operation.command('force <id>').description('skip the named check of a waiting step; audited'))
  .requiredOption('--step <name>', 'the step that waits')
  .requiredOption('--reason <text>', 'why; goes into the audit trail')
  .action(async (id, options) => (await import('./operation.ts')).force(id, options))

const approval = program.command('approval').description('what waits for a second person')
calling(approval.command('list').description('newest first'))
  .option('--status <status>', 'pending (default), approved, rejected, expired, withdrawn, all')
  .option('--limit <number>', 'how many', '20')
  .action(async (options) => (await import('./approval.ts')).listAll(options))
calling(approval.command('show <id>').description('one request with what it would do')).action(async (id, options) =>
  (await import('./approval.ts')).show(id, options),
)
calling(approval.command('approve <id>').description('agree, as a second person; starts what was asked for'))
  .option('--reason <text>')
  .option('--wait', 'return when what it started has ended')
  .action(async (id, options) => (await import('./approval.ts')).approve(id, options))
calling(approval.command('reject <id>').description('refuse, as a second person'))
  .requiredOption('--reason <text>', 'why')
  .action(async (id, options) => (await import('./approval.ts')).reject(id, options))
calling(approval.command('withdraw <id>').description('take back what you asked for')).action(async (id, options) =>
  (await import('./approval.ts')).withdraw(id, options),
)

const domain = program.command('domain').description('domains of their own that tenants have')
calling(domain.command('list <tenant>').description('newest first, with what is wrong'))
  .option('--limit <number>', 'how many', '20')
  .action(async (tenant, options) => (await import('./domain.ts')).listOf(tenant, options))
calling(domain.command('add <tenant> <host>').description('claim a domain; prints the DNS records to set')).action(
  async (tenant, host, options) => (await import('./domain.ts')).add(tenant, host, options),
)
calling(domain.command('verify <tenant> <host>').description('look for the proof now')).action(async (tenant, host, options) =>
  (await import('./domain.ts')).verify(tenant, host, options),
)
calling(domain.command('canonical <tenant> <host>').description('make it the first address of the tenant')).action(
  async (tenant, host, options) => (await import('./domain.ts')).canonical(tenant, host, options),
)
calling(domain.command('remove <tenant> <host>').description('give it up')).action(async (tenant, host, options) =>
  (await import('./domain.ts')).remove(tenant, host, options),
)

const operator = program.command('operator').description('people who run the platform')
calling(operator.command('invite <email>').description('invite a member of staff'))
  .requiredOption('--role <role>', 'such as super-admin, sre, auditor, viewer')
  .option('--tenant <id>', 'only for this tenant (default: city-wide)')
  .action(async (email, options) => (await import('./platform.ts')).inviteOperator(email, options))

calling(program.command('login').description('sign in as a member of staff, for --profile'))
  .option('--email <email>', 'or CITYOS_EMAIL; the password is asked for, or read from CITYOS_PASSWORD')
  .option('--invitation <url>', 'accept this invitation first; without a terminal a password is made and kept with the profile')
  .option('--name <name>', 'your name, for a new account')
  .action(async (options) => (await import('./login.ts')).login(options))

const certificate = program.command('certificate').description('certificates of deleted tenants')
calling(certificate.command('list').description('newest first'))
  .option('--limit <number>', 'how many', '20')
  .action(async (options) => (await import('./certificate.ts')).listAll(options))
calling(certificate.command('show <tenant>').description('print the certificate of a deleted tenant (its address or id)'))
  .option('--output <file>', 'write it here, and the public key beside it')
  .action(async (tenant, options) => (await import('./certificate.ts')).show(tenant, options))
calling(certificate.command('verify <file>').description('prove that a certificate was signed and not changed'))
  .option('--jwks <file>', 'public keys to prove it with; the platform need not run')
  .action(async (file, options) => (await import('./certificate.ts')).verify(file, options))

const audit = program.command('audit').description('the audit trail')
calling(audit.command('verify').description('prove that no entry was changed or removed'))
  .option('--tenant <slug>', "also the trail of one tenant's data plane")
  .option('--all', "also the trails of every tenant's data plane")
  .action(async (options) => (await import('./audit.ts')).verify(options))
