import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { root } from '../build/sources.ts'
import { checkJournal, checkMigration, describe as inWords } from './gate.ts'

const expand = 'core/order/migrations/0002_note.sql'
const refused = async (sql: string, file = expand) => (await checkMigration(file, sql)).map(({ rule, line }) => `${rule}:${line}`)

describe('an expand migration is refused when it', () => {
  it.each([
    ['drops a table', 'DROP TABLE "order"', 'drop'],
    ['drops a column', 'ALTER TABLE "order" DROP COLUMN note', 'drop'],
    ['drops an index', 'DROP INDEX order_note', 'drop'],
    ['drops a constraint', 'ALTER TABLE "order" DROP CONSTRAINT order_note_check', 'drop'],
    ['drops a default', 'ALTER TABLE "order" ALTER COLUMN note DROP DEFAULT', 'drop'],
    ['empties a table', 'TRUNCATE "order"', 'drop'],
    ['renames a table', 'ALTER TABLE "order" RENAME TO purchase', 'rename'],
    ['renames a column', 'ALTER TABLE "order" RENAME note TO remark', 'rename'],
    ['renames a value of an enum', `ALTER TYPE status RENAME VALUE 'new' TO 'open'`, 'rename'],
    ['moves a table to another schema', 'ALTER TABLE "order" SET SCHEMA archive', 'rename'],
    ['changes a type', 'ALTER TABLE "order" ALTER COLUMN total_amount TYPE numeric', 'type-change'],
    ['adds a column that must have a value and has no default', 'ALTER TABLE "order" ADD COLUMN note text NOT NULL', 'not-null'],
    ['makes a column NOT NULL', 'ALTER TABLE "order" ALTER COLUMN note SET NOT NULL', 'not-null'],
    ['builds an index while nobody can write', 'CREATE INDEX order_note ON "order" (note)', 'index'],
    ['builds a unique index with a constraint', 'ALTER TABLE "order" ADD CONSTRAINT u UNIQUE (note)', 'constraint'],
    ['checks every row', `ALTER TABLE "order" ADD CONSTRAINT c CHECK (note <> '')`, 'constraint'],
    ['looks every reference up', 'ALTER TABLE "order" ADD FOREIGN KEY (store_id) REFERENCES store (id)', 'constraint'],
    ['gives rows different defaults', 'ALTER TABLE "order" ADD COLUMN token uuid DEFAULT gen_random_uuid()', 'rewrite'],
    ['numbers rows', 'ALTER TABLE "order" ADD COLUMN serial bigserial', 'rewrite'],
    ['computes a stored column', 'ALTER TABLE "order" ADD COLUMN net bigint GENERATED ALWAYS AS (total - tax) STORED', 'rewrite'],
    ['changes every row', `UPDATE "order" SET note = ''`, 'all-rows'],
    ['deletes every row', 'DELETE FROM "order"', 'all-rows'],
    ['takes a right away', 'REVOKE UPDATE ON "order" FROM cityos_app', 'revoke'],
    ['hides rows', 'ALTER TABLE "order" ENABLE ROW LEVEL SECURITY', 'revoke'],
    ['takes a partition out', 'ALTER TABLE "order" DETACH PARTITION order_2026', 'drop'],
    ['drops a trigger', 'DROP TRIGGER noted ON "order"', 'drop'],
    ['computes a view again', 'REFRESH MATERIALIZED VIEW best_sellers', 'lock'],
    ['locks a table', 'LOCK TABLE "order"', 'lock'],
    ['hides SQL in a text', `DO $$ BEGIN EXECUTE 'drop table "order"'; END $$`, 'dynamic'],
    ['drops inside a block', `DO $$ BEGIN IF true THEN ALTER TABLE "order" DROP COLUMN note; END IF; END $$`, 'drop'],
    ['is not SQL', 'ALTER TABEL "order" ADD note text', 'syntax'],
  ])('%s', async (_, sql, rule) => {
    expect(await refused(`${sql};`)).toEqual([`${rule}:1`])
  })
})

describe('an expand migration may', () => {
  it.each([
    ['add a column', 'ALTER TABLE "order" ADD COLUMN note text'],
    ['add a column with a constant default', 'ALTER TABLE "order" ADD COLUMN gift boolean NOT NULL DEFAULT false'],
    ['add a column that refers to another table', 'ALTER TABLE "order" ADD COLUMN gift_id text REFERENCES gift (id)'],
    [
      'make a table with all it needs',
      'CREATE TABLE gift (id text PRIMARY KEY, n int NOT NULL); CREATE INDEX gift_n ON gift (n); ALTER TABLE gift ADD CHECK (n > 0)',
    ],
    [
      'change its mind about its own table',
      'CREATE TABLE gift (id text); ALTER TABLE gift RENAME TO present; DROP TRIGGER noted ON gift; DROP TABLE gift',
    ],
    ['protect its own table', 'CREATE TABLE gift (id text); REVOKE UPDATE, DELETE ON gift FROM cityos_app'],
    ['build an index beside the traffic', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS order_note ON "order" (note)'],
    ['add a constraint for new rows', `ALTER TABLE "order" ADD CONSTRAINT c CHECK (note <> '') NOT VALID`],
    ['check old rows without a lock', 'ALTER TABLE "order" VALIDATE CONSTRAINT c'],
    ['turn an index into a constraint', 'ALTER TABLE "order" ADD CONSTRAINT u UNIQUE USING INDEX order_note'],
    ['change the rows it names', `UPDATE "order" SET note = '' WHERE id = 'ord_1'`],
    ['define a function that deletes', 'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM "order" $$'],
    ['say drop in a text', `COMMENT ON TABLE "order" IS 'DROP TABLE x; ALTER TABLE y RENAME TO z'`],
  ])('%s', async (_, sql) => {
    expect(await refused(`${sql};`)).toEqual([])
  })
})

test('a contract migration may take things away, but must be SQL', async () => {
  const file = 'core/order/migrations/0003_contract_note.sql'
  expect(await refused('ALTER TABLE "order" DROP COLUMN note; DROP TABLE gift;', file)).toEqual([])
  expect(await refused('DORP TABLE gift;', file)).toEqual(['syntax:1'])
})

test('the line is that of the statement or of its part, also behind comments and letters of several bytes', async () => {
  const sql = [
    '-- Les reçus de « Dakkah », دكة',
    'ALTER TABLE "order" ADD COLUMN a text;',
    '',
    '-- the note',
    'ALTER TABLE "order"',
    '  ADD COLUMN b text,',
    '  ADD COLUMN c text NOT NULL,',
    '  DROP COLUMN d;',
  ].join('\n')
  expect(await refused(sql)).toEqual(['not-null:7', 'drop:5'])
})

test('… CONCURRENTLY stands in a file of its own', async () => {
  const index = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS order_note ON "order" (note);'
  expect(await refused(`ALTER TABLE "order" ADD COLUMN note text;\n${index}`)).toEqual(['mixed:2'])
  expect(await refused(`${index}\n${index}`)).toEqual([])
})

test('a written reason directly above the statement overrides its rule, and only that', async () => {
  const drop = 'ALTER TABLE "order" DROP COLUMN note, ALTER COLUMN total_amount TYPE numeric;'
  const reason = '-- allow drop: no release has ever read or written this column'
  expect(await refused(`${reason}\n${drop}`)).toEqual(['type-change:2'])
  expect(await refused(`${reason}\n-- and a remark\n${drop}`)).toEqual(['type-change:3'])
  expect(await refused(`${reason}\n\n${drop}`)).toEqual(['drop:3', 'type-change:3'])
  expect(await refused(`-- allow drop: fine\nDROP TABLE gift;`)).toEqual(['drop:2'])
  const [finding] = await checkMigration(expand, '-- allow drop: fine\nDROP TABLE gift;')
  expect(inWords(finding!)).toBe(
    `${expand}:2: drops table gift (the reason "fine" is shorter than 20 characters) [drop]\n` +
      '    instead: stop using it in this release, and drop it in a contract migration (NNNN_contract_….sql) of the next one' +
      ' (or "-- allow drop: <why, at least 20 characters>" directly above)',
  )
})

describe('a journal', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cityos-gate-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('of this checkout has nothing that is refused', async () => {
    expect(await checkJournal(join(root, 'data-plane'))).toEqual([])
  })

  it('is read file by file, also when an accepted file was edited', async () => {
    const name = 'core/store/migrations/0002_key_channel.sql'
    mkdirSync(join(folder, 'core/store/migrations'), { recursive: true })
    writeFileSync(join(folder, 'migrations.json'), JSON.stringify([name]))
    writeFileSync(join(folder, name), 'DROP TABLE publishable_key;')
    expect(await checkJournal(folder)).toMatchObject([{ migration: name, line: 1, rule: 'drop' }])
  })
})
