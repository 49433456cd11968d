import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

export interface RecordedQuery {
  /** What the test called at that moment. */
  label: string
  sql: string
  /** What its `$1`, `$2` … were. */
  values: unknown[]
}

const current = new AsyncLocalStorage<{ label: string; queries: RecordedQuery[] }>()
let isWatching = false

/** Everything `work` asks the database, also through the ORM; what runs beside it (timers, outboxes) is not in it. */
export async function recorded<T>(label: string, work: () => Promise<T>): Promise<{ result: T; queries: RecordedQuery[] }> {
  watch()
  const queries: RecordedQuery[] = []
  // awaited within: the ORM asks only when somebody waits for the answer
  const result = await current.run({ label, queries }, async () => await work())
  return { result, queries }
}

function watch(): void {
  if (isWatching) return
  isWatching = true
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first] = given
    const asked = typeof first === 'string' ? { text: first, values: given[1] } : (first as { text?: string; values?: unknown } | undefined)
    const into = current.getStore()
    const values = Array.isArray(asked?.values) ? asked.values : []
    if (into && asked?.text) into.queries.push({ label: into.label, sql: asked.text.replace(/\s+/g, ' '), values })
    return Reflect.apply(query, this, given)
  } as typeof query
}

const schema = readFileSync(join(import.meta.dirname, '../../prisma/schema.prisma'), 'utf8')

/** Tables with rows of tenants: those with a column `tenant_id`, and the tenants themselves. */
export const tenantTables: ReadonlySet<string> = new Set([
  'tenant',
  ...[...schema.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)].filter(([, , body]) => /^\s+tenant_id\s/m.test(body!)).map(([, name]) => name!),
])

/**
 * What is one whole for everybody who may see it, although some of its rows name a tenant: the city's hierarchy, and the
 * policies from which a tenant's own is worked out (answers are narrowed to the tenant afterwards).
 */
const ofTheCity: ReadonlySet<string> = new Set(['hierarchy_entry', 'policy', 'policy_exception', 'governance_change'])

/**
 * Tables with rows of tenants that a query reads without saying whose: its WHERE names neither a tenant, nor one row by its
 * own key, nor rows by the keys of others that were found before.
 */
export function unscoped({ sql }: RecordedQuery): string[] {
  if (!/^\s*(SELECT|WITH)\b/i.test(sql)) return []
  const tables = [...sql.matchAll(/\b(?:FROM|JOIN)\s+(?:"public"\.)?"?(\w+)"?/gi)]
    .map(([, name]) => name!)
    .filter((name) => tenantTables.has(name) && !ofTheCity.has(name))
  if (tables.length === 0) return []
  const where = sql.slice(sql.search(/\bWHERE\b/i) >= 0 ? sql.search(/\bWHERE\b/i) : sql.length)
  const namesTenant = /"?tenant_id"?\s*(=|IN\b|<>|NOT IN\b)/i.test(where) || /"tenant"\."id"\s*(=|IN\b)/i.test(where)
  const namesRows = /"?\b(id|user_id|key|token_hash|slug_claim|code_hash|\w+_id|\w+_index)"?\s*(=|IN\b)/i.test(where)
  // a grant within nodes: the tenants at or below their paths
  const namesPlace = /"path"(::text)?\s*LIKE\b/i.test(where)
  // the chain of the audit trail is one for the whole platform: closing and proving it reads no entry out to anybody
  const followsChain = /"audit_entry"\."sequence" (ASC|DESC)/.test(sql)
  const asksNothing = /\bWHERE 1=0\b/.test(where)
  return namesTenant || namesRows || namesPlace || followsChain || asksNothing ? [] : [...new Set(tables)]
}
