import { Databases } from './databases.ts'
/** A tenant's database as production makes it: cloned from a template, with its two logins. */
export interface TestDatabase {
  name: string
  /** As the application login: rows only. */
  url: string
  /** As the owner login: DDL. */
  ownerUrl: string
  /** As the platform's role. */
  platformUrl: string
  drop(): Promise<void>
}
export interface TestPostgres {
  /** Database `postgres` as the platform's role (CREATEDB, CREATEROLE, no superuser). */
  url: string
  databases: Databases
  /** An empty database of the platform's role (for the registry). */
  emptyDatabase(): Promise<{
    name: string
    url: string
  }>
  /** A tenant database at the end of the journal `<dir>/migrations.json`; the template is built once per server. */
  tenantDatabase(dir: string, tenantId?: string): Promise<TestDatabase>
  stop(): Promise<void>
}
/**
 * A Postgres server for one test file: data in memory where there is `/dev/shm`, no fsync. Stops and leaves nothing
 * behind when `stop` is called or this process ends, however it ends.
 */
export declare function startTestPostgres(): Promise<TestPostgres>
