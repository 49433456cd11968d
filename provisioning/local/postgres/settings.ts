/** How hard the server tries to keep what it has written. Tests give that up for speed. */
export type Durability = 'durable' | 'throwaway'

/**
 * The server's configuration file. Sized for one machine with many small, mostly sleeping databases:
 * little shared memory, few background processes, JIT off (it costs more than these queries take).
 */
export function postgresSettings(options: { port: number; socketDir: string; durability: Durability; maxConnections: number }): string {
  const settings: Record<string, string | number> = {
    listen_addresses: "'127.0.0.1'",
    port: options.port,
    unix_socket_directories: `'${options.socketDir.replaceAll("'", "''")}'`,
    unix_socket_permissions: '0700',
    max_connections: options.maxConnections,
    password_encryption: 'scram-sha-256',
    shared_buffers: '128MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '1GB',
    random_page_cost: 1.1,
    jit: 'off',
    max_wal_size: '1GB',
    min_wal_size: '80MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_replication_slots: 0,
    max_parallel_workers: 2,
    max_worker_processes: 4,
    checkpoint_timeout: '15min',
    autovacuum_max_workers: 2,
    autovacuum_naptime: '1min',
    statement_timeout: '10min',
    idle_in_transaction_session_timeout: '60s',
    tcp_keepalives_idle: 60,
    log_timezone: "'UTC'",
    timezone: "'UTC'",
    log_line_prefix: "'%m [%p] %q%u@%d '",
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    log_lock_waits: 'on',
    log_min_duration_statement: '1000',
    log_parameter_max_length: 0,
    lc_messages: "'C'",
    default_text_search_config: "'pg_catalog.simple'",
  }
  if (options.durability === 'throwaway') {
    Object.assign(settings, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off', shared_buffers: '64MB' })
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  return `# Written at every start; put your own settings into cityos.conf beside this file.\n${lines.join('\n')}\ninclude_if_exists 'cityos.conf'\n`
}

/** Every connection needs a password, also on the socket; other machines are refused. */
export const hostRules = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`
