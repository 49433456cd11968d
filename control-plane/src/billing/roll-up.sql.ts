/**
 * Brings every period's use up to its hours: what changed since it was last rolled up, and nothing twice. An hour belongs
 * to the period in which it ends. Orders and sales add up, storage counts by its peak. One statement for all tenants.
 * Parameters: $1 a tenant's id, or null for all; $2 the present time.
 */
export const rollUpSql = `
WITH changed AS (
  SELECT h.tenant_id, h.metric, h.hour, h.quantity, h.rolled_quantity, p.no
  FROM usage_hour h JOIN subscription_period p ON p.tenant_id = h.tenant_id
    AND h.hour + interval '1 hour' > p.starts_at AND h.hour + interval '1 hour' <= p.ends_at
  WHERE h.rolled_quantity <> h.quantity AND ($1::text IS NULL OR h.tenant_id = $1::text) FOR UPDATE OF h
), moved AS (
  UPDATE usage_hour u SET rolled_quantity = c.quantity FROM changed c
  WHERE u.tenant_id = c.tenant_id AND u.metric = c.metric AND u.hour = c.hour
)
INSERT INTO tenant_usage (tenant_id, metric, period_no, used, quota, updated_at)
SELECT c.tenant_id, c.metric, c.no,
  CASE WHEN c.metric = 'storage_mb' THEN max(c.quantity) ELSE sum(c.quantity - c.rolled_quantity) END,
  max(CASE c.metric WHEN 'orders' THEN (v.limits ->> 'orders_month')::bigint WHEN 'storage_mb' THEN (v.limits ->> 'storage_mb')::bigint END),
  $2::timestamptz
FROM changed c JOIN subscription s ON s.tenant_id = c.tenant_id
  JOIN plan_version v ON v.plan_code = s.plan_code AND v.version = s.plan_version
GROUP BY c.tenant_id, c.metric, c.no
ON CONFLICT (tenant_id, metric, period_no) DO UPDATE SET updated_at = excluded.updated_at, quota = excluded.quota,
  used = CASE WHEN excluded.metric = 'storage_mb' THEN greatest(tenant_usage.used, excluded.used) ELSE tenant_usage.used + excluded.used END`
