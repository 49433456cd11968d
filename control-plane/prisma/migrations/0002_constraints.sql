-- What the schema language cannot say: the constraints that have the last word (K5, docs/spec/00-conventions.md).

-- At most one active operation per tenant: 409 operation_in_progress.
CREATE UNIQUE INDEX "operation_one_active_per_tenant" ON "operation" ("tenant_id")
  WHERE "status" IN ('queued', 'running', 'waiting', 'undoing');

-- The runner's search for work: active operations only, however long the history grows.
CREATE INDEX "operation_active" ON "operation" ("status", "wait_until")
  WHERE "status" IN ('queued', 'running', 'waiting', 'undoing');

CREATE UNIQUE INDEX "staff_grant_once" ON "staff_grant" ("user_id", "role", COALESCE("tenant_id", ''));
CREATE UNIQUE INDEX "invitation_open_once" ON "invitation" ("email_index", "role", COALESCE("tenant_id", ''))
  WHERE "accepted_at" IS NULL AND "revoked_at" IS NULL;
CREATE UNIQUE INDEX "release_one_current" ON "release" ((true)) WHERE "is_current";
CREATE UNIQUE INDEX "plan_one_default" ON "plan" ((true)) WHERE "is_default";
CREATE UNIQUE INDEX "signing_key_one_active" ON "signing_key" ((true)) WHERE "status" = 'active';

ALTER TABLE "tenant" ADD CONSTRAINT "tenant_status_known" CHECK ("status" IN
  ('provisioning', 'trial', 'active', 'past_due', 'suspended', 'closing', 'closed', 'failed'));
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_runtime_known" CHECK ("runtime" IN ('starting', 'running', 'asleep', 'crashed'));
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_version_positive" CHECK ("version" > 0);
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_plan_exists" FOREIGN KEY ("plan_code") REFERENCES "plan" ("code");
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_plan_exists" FOREIGN KEY ("plan_code") REFERENCES "plan" ("code");
ALTER TABLE "operation" ADD CONSTRAINT "operation_status_known" CHECK ("status" IN
  ('queued', 'running', 'waiting', 'undoing', 'succeeded', 'failed', 'cancelled'));
ALTER TABLE "operation_step" ADD CONSTRAINT "operation_step_status_known" CHECK ("status" IN
  ('pending', 'running', 'done', 'failed', 'undoing', 'undone', 'skipped'));
ALTER TABLE "staff_grant" ADD CONSTRAINT "staff_grant_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");

-- The audit trail only grows.
CREATE FUNCTION "audit_entry_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_entry only grows: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "audit_entry_append_only"();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_entry_append_only"();
