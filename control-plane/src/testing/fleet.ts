/** Somewhere SQL can be sent: a `pg` client or pool. */
interface Sender {
  query(sql: string, values?: unknown[]): Promise<unknown>
}

/**
 * Writes many tenants into a registry, copies of one that is there: rows only, nothing runs for them. They are closed, closing
 * (for years) or failed, so that no reconciler takes them for tenants whose data plane is missing.
 * @param like id of the tenant whose row is copied; `count` at most 999,999
 */
export async function fillFleet(database: Sender, like: string, count: number): Promise<void> {
  await database.query(
    `INSERT INTO tenant
     SELECT (jsonb_populate_record(t, jsonb_build_object(
       'id', 'tnt_01fleet' || lpad(n::text, 6, '0'),
       'slug', 'fleet-' || n, 'slug_claim', 'fleet-' || n,
       'name', jsonb_build_object(
         'en', (ARRAY['Palm','Harbour','Desert','Garden','Gate','Valley','Pearl','Falcon'])[1 + n % 8] || ' Market ' || n,
         'ar', 'سوق ' || (ARRAY['النخلة','الميناء','الصحراء','الحديقة','البوابة','الوادي','اللؤلؤة','الصقر'])[1 + n % 8] || ' ' || n),
       'status', (ARRAY['closed','closing','closing','failed'])[1 + n % 4],
       'runtime', NULL, 'failure', NULL,
       'closing_until', CASE WHEN n % 4 IN (1, 2) THEN '2090-01-01T00:00:00Z' END,
       'quarantined', n % 200 = 0,
       'created_at', t.created_at - make_interval(mins => n),
       'updated_at', t.created_at - make_interval(mins => n / 2)))).*
     FROM tenant t, generate_series(1, $2::int) n WHERE t.id = $1`,
    [like, count],
  )
  await database.query(
    `INSERT INTO plane_report (tenant_id, report, reported_at)
     SELECT t.id, r.report, r.reported_at FROM tenant t, plane_report r WHERE t.id LIKE 'tnt_01fleet%' AND r.tenant_id = $1`,
    [like],
  )
  await database.query(
    `INSERT INTO tenant_domain (host, tenant_id, kind, canonical, verified_at, created_at)
     SELECT slug || '.localhost', id, 'platform', true, created_at, created_at FROM tenant WHERE id LIKE 'tnt_01fleet%'`,
  )
  await database.query('ANALYZE tenant, plane_report, tenant_domain')
}
