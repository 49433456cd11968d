import { readFileSync } from 'node:fs'
import {
  type Cell,
  CreateCell,
  changeCell,
  closeCell,
  createCell,
  listCells,
  openCell,
  readCell,
  removeCell,
  renewCellAccess,
} from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printFacts, printJson, printTable, say } from './output.ts'

export async function listAll(options: CommonOptions & { region?: string }): Promise<void> {
  const session = await sessionOf(options)
  const { items } = await session.call(listCells, { query: { limit: 100, ...(options.region ? { region: options.region } : {}) } })
  if (options.json) return printJson(items)
  printTable(
    ['cell', 'region', 'state', 'tenants', 'room', 'data in'],
    items.map((cell) => [cell.name, cell.region, stateOf(cell), String(cell.tenants), String(cell.room), cell.residency_zone ?? '–']),
    'no cells: tenants run on this machine',
  )
}

export async function show(name: string, options: CommonOptions): Promise<void> {
  tell(await (await sessionOf(options)).call(readCell, { params: { name } }), options)
}

export async function add(file: string, options: CommonOptions): Promise<void> {
  const read = CreateCell.safeParse(readDocument(file))
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Failure(`${file} does not describe a cell.`, ...issues, 'docs/kubernetes.md has one to begin with.')
  }
  tell(await (await sessionOf(options)).call(createCell, { body: read.data }), options)
}

export async function perform(verb: 'open' | 'close', name: string, options: CommonOptions): Promise<void> {
  tell(await (await sessionOf(options)).call({ open: openCell, close: closeCell }[verb], { params: { name } }), options)
}

export async function change(
  name: string,
  options: CommonOptions & { databases?: string; namespaces?: string; plans?: string },
): Promise<void> {
  const { databases, namespaces, plans } = options
  if (databases === undefined && namespaces === undefined && plans === undefined)
    throw new Failure('Nothing is to be changed.', 'Give --databases, --namespaces or --plans.')
  const capacity = {
    ...(databases === undefined ? {} : { databases: Number(databases) }),
    ...(namespaces === undefined ? {} : { namespaces: Number(namespaces) }),
  }
  const body = { capacity, ...(plans === undefined ? {} : { plans: plans === 'any' ? null : plans.split(',') }) }
  tell(await (await sessionOf(options)).call(changeCell, { params: { name }, body }), options)
}

/** Secrets come from files: what stands on a command line, others on the machine can read. */
export async function renew(name: string, options: CommonOptions & { kubeconfig?: string; databaseUrlFile?: string }): Promise<void> {
  const { kubeconfig, databaseUrlFile } = options
  if (!kubeconfig && !databaseUrlFile) throw new Failure('There is nothing to renew.', 'Give --kubeconfig, --database-url-file, or both.')
  const body = {
    ...(kubeconfig ? { kubeconfig: readText(kubeconfig) } : {}),
    ...(databaseUrlFile ? { database_url: readText(databaseUrlFile).trim() } : {}),
  }
  tell(await (await sessionOf(options)).call(renewCellAccess, { params: { name }, body }), options)
}

export async function remove(name: string, options: CommonOptions & { confirm: string; gone?: boolean }): Promise<void> {
  const query = { confirm: options.confirm, gone: options.gone ? 'true' : 'false' }
  const removed = await (await sessionOf(options)).call(removeCell, { params: { name }, query })
  if (options.json) return printJson(removed)
  say(`cell ${name} is off the platform`)
}

function tell(cell: Cell, options: CommonOptions): void {
  if (options.json) return void printJson(cell)
  printFacts({
    cell: `${cell.name} (${stateOf(cell)})`,
    region: cell.region,
    'data in': cell.residency_zone ?? '–',
    plans: cell.plans?.join(', ') ?? 'any',
    tenants: `${cell.tenants}, room for ${cell.room}`,
    capacity: `${cell.capacity.databases} databases, ${cell.capacity.namespaces} namespaces`,
    images: cell.cluster.image.repository,
    database: `${cell.cluster.database.host}:${cell.cluster.database.port}`,
    'described in': cell.from_installation ? 'the values of the installation' : undefined,
    'no answer': cell.unreachable ? `since ${cell.unreachable.since}: ${cell.unreachable.reason}` : undefined,
  })
}

const stateOf = ({ unreachable, open }: Cell): string => (unreachable ? 'does not answer' : open ? 'open' : 'closed')

function readDocument(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${(error as Error).message}`)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`)
  }
}
