import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasSqlDetails, loadModule, type Node, parsePlPgSQLSync, parseSync } from 'libpg-query'
import { kindOfMigration } from '../../contract/src/release.ts'
import { type Finding, type Rule, rules, type Violation } from './rules.ts'
import { inspect, isConcurrent, Made } from './statements.ts'

/** A reason shorter than this says nothing. */
const leastReason = 20

/**
 * Files that were applied before there was a gate, with the checksum of their content: they cannot be changed any more.
 * Nothing is added here.
 */
const accepted = JSON.parse(readFileSync(join(import.meta.dirname, 'accepted.json'), 'utf8')) as Record<string, string>

/**
 * Everything the gate refuses in a journal.
 * @param dir folder with `migrations.json`, of a checkout's data plane or of a release
 */
export async function checkJournal(dir: string): Promise<Finding[]> {
  const journal = join(dir, 'migrations.json')
  if (!existsSync(journal)) return []
  const files = JSON.parse(readFileSync(journal, 'utf8')) as string[]
  const findings: Finding[] = []
  for (const file of files) {
    const sql = readFileSync(join(dir, file), 'utf8')
    if (accepted[file] !== createHash('sha256').update(sql).digest('hex')) findings.push(...(await checkMigration(file, sql)))
  }
  return findings
}

/** Everything the gate refuses in one file. A contract migration may be destructive; it must still be SQL. */
export async function checkMigration(migration: string, sql: string): Promise<Finding[]> {
  await loadModule()
  const bytes = Buffer.from(sql)
  const lineAt = (offset: number) => bytes.subarray(0, offset).toString().split('\n').length
  const finding = (rule: Rule, line: number, what: string): Finding => ({ migration, line, rule, what, instead: rules[rule] })
  const parsed = parse(sql)
  if ('error' in parsed) return [finding('syntax', lineAt(parsed.at), parsed.error)]
  const { statements } = parsed
  const concurrent = statements.filter(({ node }) => isConcurrent(node))
  const mixed = concurrent.length > 0 && concurrent.length < statements.length
  const findings = mixed ? [finding('mixed', lineAt(concurrent[0]!.start), 'runs … CONCURRENTLY beside other statements')] : []
  if (kindOfMigration(migration) === 'contract') return findings
  const made = new Made()
  const lines = sql.split('\n')
  for (const { node, start, text } of statements) {
    const first = lineAt(start)
    const allowed = allowances(lines, first)
    for (const { rule, what, at } of violations(node, text, made)) {
      const reason = allowed.get(rule)
      if (reason !== undefined && reason.length >= leastReason) continue
      const short = reason === undefined ? '' : ` (the reason "${reason}" is shorter than ${leastReason} characters)`
      findings.push(finding(rule, at === null ? first : lineAt(at), what + short))
    }
  }
  return findings
}

/** One line for a person: where, what, and the safe way. */
export function describe(finding: Finding): string {
  const { migration, line, rule, what, instead } = finding
  const override =
    rule === 'syntax' || rule === 'mixed' ? '' : ` (or "-- allow ${rule}: <why, at least ${leastReason} characters>" directly above)`
  return `${migration}:${line}: ${what} [${rule}]\n    instead: ${instead}${override}`
}

interface Statement {
  node: Node
  /** Byte offset of its first word. */
  start: number
  text: string
}

function parse(sql: string): { statements: Statement[] } | { error: string; at: number } {
  const bytes = Buffer.from(sql)
  try {
    const statements = (parseSync(sql).stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) =>
      stmt ? [{ node: stmt, start, text: bytes.subarray(start, length ? start + length : undefined).toString() }] : [],
    )
    return { statements }
  } catch (error) {
    if (!hasSqlDetails(error)) throw error
    return { error: error.message, at: Buffer.byteLength(sql.slice(0, error.sqlDetails?.cursorPosition ?? 0)) }
  }
}

/** A statement's violations; an anonymous block is looked into, as far as it can be read. */
function violations(node: Node, text: string, made: Made): Violation[] {
  if (!('DoStmt' in node)) return inspect(node, made)
  try {
    return insideBlock(parsePlPgSQLSync(text), made)
  } catch (error) {
    return [
      { rule: 'dynamic', what: `runs a block that cannot be read: ${error instanceof Error ? error.message : String(error)}`, at: null },
    ]
  }
}

/** Every SQL statement inside a PL/pgSQL block, at any depth. One that is put together as text cannot be checked. */
function insideBlock(value: unknown, made: Made): Violation[] {
  if (Array.isArray(value)) return value.flatMap((item) => insideBlock(item, made))
  if (typeof value !== 'object' || value === null) return []
  const found: Violation[] = []
  if ('PLpgSQL_stmt_dynexecute' in value || 'PLpgSQL_stmt_dynfors' in value)
    found.push({ rule: 'dynamic', what: 'runs SQL that is put together as text', at: null })
  const query = 'PLpgSQL_stmt_execsql' in value ? queryOf(value.PLpgSQL_stmt_execsql) : null
  if (query !== null) {
    const parsed = parse(query)
    if ('error' in parsed) found.push({ rule: 'syntax', what: parsed.error, at: null })
    else for (const { node, text } of parsed.statements) found.push(...violations(node, text, made).map((each) => ({ ...each, at: null })))
  }
  return [...found, ...Object.values(value).flatMap((item) => insideBlock(item, made))]
}

function queryOf(statement: unknown): string | null {
  const { sqlstmt } = statement as { sqlstmt?: { PLpgSQL_expr?: { query?: string } } }
  return sqlstmt?.PLpgSQL_expr?.query ?? null
}

/** `-- allow <rule>: <reason>` in the comment lines directly above a statement. */
function allowances(lines: readonly string[], statementLine: number): Map<string, string> {
  const found = new Map<string, string>()
  for (let index = statementLine - 2; index >= 0 && lines[index]!.trimStart().startsWith('--'); index -= 1) {
    const match = /^\s*--\s*allow\s+([a-z-]+)\s*:\s*(.*?)\s*$/.exec(lines[index]!)
    if (match) found.set(match[1]!, match[2]!)
  }
  return found
}
