import type { ColumnDef, Constraint, Node } from 'libpg-query'
import type { Violation } from './rules.ts'

/** Functions whose value differs from row to row: as a default of a new column they make Postgres rewrite the table. */
const volatile = new Set(['clock_timestamp', 'gen_random_uuid', 'nextval', 'random', 'timeofday', 'uuidv4', 'uuidv7', 'uuid_generate_v4'])
const serial = new Set(['bigserial', 'serial', 'serial2', 'serial4', 'serial8', 'smallserial'])

/** The column's added to a table that has rows. */
export function addedColumn(table: string, column: ColumnDef): Violation[] {
  const name = `column "${column.colname}" of "${table}"`
  const at = column.location ?? null
  const constraints = (column.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []))
  const has = (kind: Constraint['contype']) => constraints.find((constraint) => constraint.contype === kind)
  const fallback = has('CONSTR_DEFAULT')
  const found: Violation[] = []
  const made = has('CONSTR_IDENTITY') ?? has('CONSTR_GENERATED')
  const numbered = column.typeName?.names?.some((part) => 'String' in part && serial.has(part.String.sval ?? ''))
  if (has('CONSTR_NOTNULL') && !fallback && !made && !numbered)
    found.push({ rule: 'not-null', what: `adds ${name} as NOT NULL without a default`, at })
  if (numbered) found.push({ rule: 'rewrite', what: `numbers every row in ${name}`, at })
  if (made && made.generated_kind !== 'v') found.push({ rule: 'rewrite', what: `computes ${name} for every row`, at })
  if (fallback && isVolatile(fallback.raw_expr))
    found.push({ rule: 'rewrite', what: `gives ${name} a default that differs from row to row`, at })
  if (has('CONSTR_PRIMARY') || has('CONSTR_UNIQUE')) found.push({ rule: 'constraint', what: `builds a unique index on ${name}`, at })
  // A new column without a default is null everywhere: a foreign key or a check has nothing to look at but still scans.
  if (has('CONSTR_CHECK')) found.push({ rule: 'constraint', what: `checks every row for ${name}`, at })
  if (has('CONSTR_FOREIGN') && fallback) found.push({ rule: 'constraint', what: `checks every row of "${table}" for a foreign key`, at })
  return found
}

/** A constraint that is added to a table that has rows. */
export function addedConstraint(table: string, constraint: Constraint): Violation[] {
  const name = constraint.conname ? `constraint "${constraint.conname}"` : 'a constraint'
  const at = constraint.location ?? null
  switch (constraint.contype) {
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return constraint.indexname
        ? []
        : [{ rule: 'constraint', what: `builds an index for ${name} of "${table}" while nobody can write`, at }]
    case 'CONSTR_EXCLUSION':
      return [{ rule: 'constraint', what: `builds an index for ${name} of "${table}" while nobody can write`, at }]
    case 'CONSTR_CHECK':
    case 'CONSTR_FOREIGN':
      return constraint.skip_validation
        ? []
        : [{ rule: 'constraint', what: `adds ${name} to "${table}" and checks every row while nobody can write`, at }]
    case 'CONSTR_NOTNULL':
      return constraint.skip_validation ? [] : [{ rule: 'not-null', what: `makes a column of "${table}" NOT NULL`, at }]
    default:
      return []
  }
}

function isVolatile(expression: Node | undefined): boolean {
  if (!expression) return false
  // Any depth: a call hides in casts and operators.
  return JSON.stringify(expression).includes('"FuncCall"') && calledFunctions(expression).some((name) => volatile.has(name))
}

function calledFunctions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(calledFunctions)
  if (typeof value !== 'object' || value === null) return []
  const own = 'FuncCall' in value ? lastName((value.FuncCall as { funcname?: Node[] }).funcname) : []
  return [...own, ...Object.values(value).flatMap(calledFunctions)]
}

function lastName(parts: Node[] | undefined): string[] {
  const last = parts?.at(-1)
  return last && 'String' in last && last.String.sval ? [last.String.sval] : []
}
