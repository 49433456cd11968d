import { listTenants, readHealth } from '@cityos/control-plane/contract'
import { type CommonOptions, dataOf } from './command.ts'
import { Failure } from './failure.ts'
import { readNode } from './node.ts'
import { printFacts, printJson, printTable } from './output.ts'
import { openSession } from './session.ts'

/** What runs. Exit code 0 when the platform is ready. The control plane may be down: that is shown, not an error of this command. */
export async function status(options: CommonOptions): Promise<void> {
  const data = dataOf(options)
  const node = await readNode(data)
  if (!node) {
    if (options.json) printJson({ data: data.path, running: false, node: null, health: null, tenants: null })
    else throw new Failure(`Nothing runs for ${data.path}.`, `Start it: ./cityos up --data ${data.path}`)
    process.exitCode = 1
    return
  }
  const asked = await askControlPlane(options).catch((error: Error) => error)
  const known = asked instanceof Error ? null : asked
  if (options.json)
    printJson({
      data: data.path,
      running: true,
      url: known?.url ?? null,
      node,
      health: known?.health ?? null,
      tenants: known?.tenants ?? null,
    })
  else {
    printFacts({
      data: data.path,
      release: node.release,
      port: node.settings.port,
      state: node.phase,
      console: known?.url,
      health: known?.health.status ?? `no answer (${(asked as Error).message})`,
    })
    process.stdout.write('\n')
    printTable(
      ['process', 'tenant', 'pid', 'state', 'restarts', 'problem'],
      [
        ['node', '', String(node.pid), node.phase, '', ''],
        ...node.parts.map((part) => [part.name, '', String(part.pid ?? '–'), part.state, String(part.restarts), part.error ?? '']),
        ...node.tenants.map((each) => [
          'data-plane',
          each.slug ?? each.id,
          String(each.pid ?? '–'),
          each.runtime,
          String(each.restarts),
          each.last_error ?? '',
        ]),
      ],
      '',
    )
    if (known) {
      process.stdout.write('\n')
      printTable(
        ['tenant', 'status', 'runtime', 'address'],
        known.tenants.map((each) => [each.slug, each.status, each.runtime ?? '–', each.url]),
        'No tenants.',
      )
    }
  }
  if (node.phase !== 'ready' || !known) process.exitCode = 1
}

async function askControlPlane(options: CommonOptions) {
  const session = await openSession(dataOf(options))
  const health = await session.call(readHealth)
  const page = await session.call(listTenants, { query: { limit: 100 } })
  return { url: session.platform.origin, health, tenants: page.items }
}
