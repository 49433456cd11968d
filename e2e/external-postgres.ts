import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { give, postgresAccount } from '@cityos/provisioning/postgres-account'
import type pg from 'pg'
import { eventually } from './eventually.ts'
import { freePort } from './platform.ts'
import { sql } from './sql.ts'

/** A server of the system's own Postgres, with a role that may create databases and roles and nothing more. */
export class ExternalPostgres {
  readonly url: string
  readonly administrator: string
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.url = `postgresql://city:city-password@127.0.0.1:${port}/postgres`
    this.administrator = `postgresql://admin:admin-password@127.0.0.1:${port}/postgres`
    this.#process = child
    this.#folder = folder
  }

  static async start(programs: string): Promise<ExternalPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'cityos-external-'))
    const account = postgresAccount()
    const [data, secret] = [join(folder, 'data'), join(folder, 'secret')]
    writeFileSync(secret, 'admin-password')
    chmodSync(folder, 0o755)
    for (const path of [folder, secret]) give(account, path)
    const as = { ...(account.uid === null ? {} : { uid: account.uid, gid: account.gid! }), cwd: folder }
    const made = spawnSync(
      join(programs, 'initdb'),
      ['-D', data, '-U', 'admin', '-A', 'scram-sha-256', '--pwfile', secret, '--no-sync'],
      as,
    )
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`)
    const port = await freePort()
    const settings = ['-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off', '-c', 'max_connections=150']
    const child = spawn(join(programs, 'postgres'), ['-D', data, ...settings], { ...as, stdio: 'ignore' })
    const server = new ExternalPostgres(port, child, folder)
    await eventually(() => server.query('SELECT 1'), 'the system’s Postgres answers')
    await server.query(`CREATE ROLE city LOGIN PASSWORD 'city-password' CREATEDB CREATEROLE`)
    return server
  }

  async query<T extends pg.QueryResultRow>(statement: string): Promise<T[]> {
    return sql<T>(this.administrator, statement)
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGINT')
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
