import type {
  AlterDomainStmt,
  AlterEnumStmt,
  AlterObjectSchemaStmt,
  AlterTableCmd,
  AlterTableStmt,
  ClusterStmt,
  CreateFunctionStmt,
  CreateStmt,
  CreateTableAsStmt,
  DeleteStmt,
  DropStmt,
  GrantStmt,
  IndexStmt,
  LockStmt,
  Node,
  RangeVar,
  RefreshMatViewStmt,
  ReindexStmt,
  RenameStmt,
  TruncateStmt,
  UpdateStmt,
  VacuumStmt,
} from 'libpg-query'
import { addedColumn, addedConstraint } from './columns.ts'
import type { Rule, Violation } from './rules.ts'

/** What a file has made so far (tables, indexes, functions): new things have no rows and nobody who relies on them. */
export class Made {
  private readonly names = new Set<string>()

  add(name: string | undefined): void {
    if (name) this.names.add(name)
  }

  has(table: RangeVar | undefined): boolean {
    return table?.relname !== undefined && (table.relpersistence === 't' || this.names.has(table.relname))
  }

  /** @param name with or without its schema */
  hasName(name: string): boolean {
    return this.names.has(name.split('.').at(-1) ?? name)
  }
}

/** What one statement of an expand migration does that it must not. Notes the tables it makes in `made`. */
export function inspect(statement: Node, made: Made): Violation[] {
  const [kind, body] = Object.entries(statement)[0] as [string, never]
  return inspectors[kind as keyof typeof inspectors]?.(body, made) ?? []
}

/** Whether Postgres refuses the statement inside a transaction: `… CONCURRENTLY`. */
export function isConcurrent(statement: Node): boolean {
  if ('IndexStmt' in statement) return statement.IndexStmt.concurrent === true
  if ('DropStmt' in statement) return statement.DropStmt.concurrent === true
  return 'ReindexStmt' in statement && reindexesConcurrently(statement.ReindexStmt)
}

const one = (rule: Rule, what: string, at: number | null = null): Violation[] => [{ rule, what, at }]

const inspectors = {
  CreateStmt(statement: CreateStmt, made: Made): Violation[] {
    made.add(statement.relation?.relname)
    return []
  },
  CreateTableAsStmt(statement: CreateTableAsStmt, made: Made): Violation[] {
    made.add(statement.into?.rel?.relname)
    return []
  },
  AlterTableStmt(statement: AlterTableStmt, made: Made): Violation[] {
    const { relation } = statement
    if (!relation || made.has(relation)) return []
    return (statement.cmds ?? []).flatMap((node) =>
      'AlterTableCmd' in node ? changeOfTable(relation.relname ?? '', node.AlterTableCmd) : [],
    )
  },
  DropStmt(statement: DropStmt, made: Made): Violation[] {
    const what = (statement.removeType ?? 'OBJECT_').replace('OBJECT_', '').toLowerCase().replaceAll('_', ' ')
    // A trigger, a policy or a rule goes by its table's name and its own.
    const isNew = (name: string) => made.hasName(name) || made.hasName(name.split('.').at(-2) ?? name)
    const names = (statement.objects ?? []).map(nameOf).filter((name) => !isNew(name))
    return names.length === 0 ? [] : one('drop', `drops ${what} ${names.join(', ')}`)
  },
  DropOwnedStmt: () => one('drop', 'drops everything a role owns'),
  DropdbStmt: () => one('drop', 'drops a database'),
  DropRoleStmt: () => one('drop', 'drops a role'),
  TruncateStmt(statement: TruncateStmt, made: Made): Violation[] {
    const tables = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [node.RangeVar] : []))
    const full = tables.filter((table) => !made.has(table))
    return full.length === 0 ? [] : one('drop', `removes every row of ${full.map((table) => table.relname).join(', ')}`)
  },
  RenameStmt(statement: RenameStmt, made: Made): Violation[] {
    if (statement.relation && made.has(statement.relation)) return []
    const what = [statement.subname, statement.relation?.relname].filter(Boolean).join(' of ')
    return one('rename', `renames ${what || 'something'} to ${statement.newname}`)
  },
  AlterObjectSchemaStmt(statement: AlterObjectSchemaStmt, made: Made): Violation[] {
    return made.has(statement.relation)
      ? []
      : one('rename', `moves ${statement.relation?.relname ?? 'something'} to schema ${statement.newschema}`)
  },
  AlterEnumStmt(statement: AlterEnumStmt): Violation[] {
    return statement.oldVal ? one('rename', `renames the value ${statement.oldVal} to ${statement.newVal}`) : []
  },
  AlterDomainStmt(statement: AlterDomainStmt): Violation[] {
    if (statement.subtype === 'C') {
      const checked = statement.def && 'Constraint' in statement.def && !statement.def.Constraint.skip_validation
      return checked ? one('constraint', 'checks every row that uses a domain') : []
    }
    return statement.subtype === 'O' ? one('not-null', 'makes a domain NOT NULL') : []
  },
  CreateFunctionStmt(statement: CreateFunctionStmt, made: Made): Violation[] {
    if (!statement.replace) made.add((statement.funcname ?? []).map(nameOf).at(-1))
    return []
  },
  IndexStmt(statement: IndexStmt, made: Made): Violation[] {
    made.add(statement.idxname)
    if (statement.concurrent || made.has(statement.relation)) return []
    return one(
      'index',
      `builds index ${statement.idxname ?? ''} on "${statement.relation?.relname}" while nobody can write`.replace('  ', ' '),
    )
  },
  UpdateStmt(statement: UpdateStmt, made: Made): Violation[] {
    return statement.whereClause || made.has(statement.relation)
      ? []
      : one('all-rows', `rewrites every row of "${statement.relation?.relname}"`)
  },
  DeleteStmt(statement: DeleteStmt, made: Made): Violation[] {
    return statement.whereClause || made.has(statement.relation)
      ? []
      : one('all-rows', `deletes every row of "${statement.relation?.relname}"`)
  },
  GrantStmt(statement: GrantStmt, made: Made): Violation[] {
    const names = (statement.objects ?? []).map(nameOf).filter((name) => !made.hasName(name))
    return statement.is_grant || names.length === 0 ? [] : one('revoke', `takes rights on ${names.join(', ')} away`)
  },
  LockStmt(statement: LockStmt): Violation[] {
    return one('lock', `locks ${(statement.relations ?? []).map(nameOf).join(', ')}`)
  },
  ClusterStmt(statement: ClusterStmt): Violation[] {
    return one('lock', `rewrites "${statement.relation?.relname}" while nobody can read it`)
  },
  RefreshMatViewStmt(statement: RefreshMatViewStmt, made: Made): Violation[] {
    if (statement.concurrent || made.has(statement.relation)) return []
    return one('lock', `computes "${statement.relation?.relname}" again while nobody can read it`)
  },
  VacuumStmt(statement: VacuumStmt): Violation[] {
    return statement.is_vacuumcmd ? one('lock', 'vacuums inside a migration') : []
  },
  ReindexStmt(statement: ReindexStmt): Violation[] {
    return reindexesConcurrently(statement)
      ? []
      : one('index', `builds the indexes of "${statement.relation?.relname ?? statement.name}" while nobody can write`)
  },
} as const

function changeOfTable(table: string, command: AlterTableCmd): Violation[] {
  const at = command.def && 'ColumnDef' in command.def ? (command.def.ColumnDef.location ?? null) : null
  const column = `column "${command.name}" of "${table}"`
  switch (command.subtype) {
    case 'AT_AddColumn':
      return command.def && 'ColumnDef' in command.def ? addedColumn(table, command.def.ColumnDef) : []
    case 'AT_AddConstraint':
      return command.def && 'Constraint' in command.def ? addedConstraint(table, command.def.Constraint) : []
    case 'AT_DropColumn':
      return one('drop', `drops ${column}`)
    case 'AT_DropConstraint':
      return one('drop', `drops constraint "${command.name}" of "${table}"`)
    case 'AT_DropExpression':
    case 'AT_DropIdentity':
      return one('drop', `drops how ${column} is made`)
    case 'AT_ColumnDefault':
      return command.def ? [] : one('drop', `drops the default of ${column}, which the old release may rely on`)
    case 'AT_DetachPartition':
      return one('drop', `takes a partition out of "${table}"`)
    case 'AT_EnableRowSecurity':
    case 'AT_ForceRowSecurity':
      return one('revoke', `hides rows of "${table}" from the old release`)
    case 'AT_AlterColumnType':
      return one('type-change', `changes the type of ${column}`, at)
    case 'AT_SetNotNull':
      return one('not-null', `makes ${column} NOT NULL`)
    case 'AT_SetExpression':
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_SetTableSpace':
      return one('rewrite', `rewrites "${table}"`)
    default:
      return []
  }
}

function reindexesConcurrently(statement: ReindexStmt): boolean {
  return (statement.params ?? []).some((node) => 'DefElem' in node && node.DefElem.defname === 'concurrently')
}

/** A name of whatever shape the parser has for it: `schema.table`. */
function nameOf(node: Node): string {
  if ('String' in node) return node.String.sval ?? ''
  if ('RangeVar' in node) return node.RangeVar.relname ?? ''
  if ('List' in node) return (node.List.items ?? []).map(nameOf).join('.')
  if ('ObjectWithArgs' in node) return (node.ObjectWithArgs.objname ?? []).map(nameOf).join('.')
  if ('TypeName' in node) return (node.TypeName.names ?? []).map(nameOf).join('.')
  return ''
}
