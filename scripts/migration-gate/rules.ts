/**
 * What an expand migration must not do while the release before it still runs on the same database, and the way that is
 * safe. `drop`, `rename`, `type-change`, `not-null`, `revoke` and `all-rows` break the old release or lose rows; the
 * others hold a lock for as long as a table is large.
 */
export const rules = {
  drop: 'stop using it in this release, and drop it in a contract migration (NNNN_contract_….sql) of the next one',
  rename: 'add the new name beside the old one, write both, and drop the old one in a contract migration of a later release',
  'type-change': 'add a new column of the new type, write both, copy in batches, and drop the old column in a contract migration',
  'not-null':
    'add the column with a constant DEFAULT; for an existing one: fill it, ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, and SET NOT NULL in a contract migration',
  revoke: 'take the right away in a contract migration: the old release still uses it',
  'all-rows':
    'change rows in batches from the application (a timer), not in the migration; or name them with a WHERE that an index answers',
  index: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS, in a migration of its own',
  constraint:
    'ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in another migration; for UNIQUE and PRIMARY KEY: build the index concurrently, then ADD CONSTRAINT … USING INDEX',
  rewrite: 'add the column without it (a constant default costs nothing) and fill it in batches; a table is never rewritten while it sells',
  lock: 'leave it out: it keeps shoppers waiting',
  dynamic: 'write the statements themselves, so that they can be checked',
  mixed: 'put every … CONCURRENTLY into a migration of its own: such a file runs outside of a transaction',
  syntax: 'mend the statement',
} as const

export type Rule = keyof typeof rules

/** Something the gate refuses, with where it stands. */
export interface Finding {
  /** As the journal names it. */
  migration: string
  /** 1-based. */
  line: number
  rule: Rule
  /** What the statement does: `drops column "note" of "order"`. */
  what: string
  /** The safe way. */
  instead: string
}

/** A finding before its line is known. `at`: byte offset in the file; null: where the statement starts. */
export interface Violation {
  rule: Rule
  what: string
  at: number | null
}
