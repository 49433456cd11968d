-- AlterTable
ALTER TABLE "staff_grant" ADD COLUMN     "deny" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "granted_by" TEXT;

-- AlterTable
ALTER TABLE "staff_session" ADD COLUMN     "support_access_id" TEXT;

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN     "on_behalf_of" TEXT;

-- CreateTable
CREATE TABLE "audit_anchor" (
    "day" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "entries" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "jws" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_anchor_pkey" PRIMARY KEY ("day")
);

-- CreateTable
CREATE TABLE "support_access" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "staff_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "hours" INTEGER NOT NULL,
    "read_only" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL,
    "approval_id" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "support_access_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "support_access_approval_id_key" ON "support_access"("approval_id");

-- CreateIndex
CREATE INDEX "support_access_tenant_id_requested_at_idx" ON "support_access"("tenant_id", "requested_at");

-- CreateIndex
CREATE INDEX "support_access_staff_id_requested_at_idx" ON "support_access"("staff_id", "requested_at");

-- CreateIndex
CREATE INDEX "support_access_requested_at_idx" ON "support_access"("requested_at");

-- CreateIndex
CREATE INDEX "support_access_status_ends_at_idx" ON "support_access"("status", "ends_at");

-- CreateIndex
CREATE INDEX "staff_session_support_access_id_idx" ON "staff_session"("support_access_id");

-- CreateIndex
CREATE INDEX "audit_entry_resource_type_resource_id_sequence_idx" ON "audit_entry"("resource_type", "resource_id", "sequence");

-- CreateIndex
CREATE INDEX "audit_entry_at_sequence_idx" ON "audit_entry"("at", "sequence");

-- A denial stands beside the grant it takes away from.
DROP INDEX "staff_grant_once";
CREATE UNIQUE INDEX "staff_grant_once" ON "staff_grant" ("user_id", "role", COALESCE("tenant_id", ''), "deny");

-- Text search over the trail: what happened to what, why, and the recorded changes.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER TABLE "audit_entry" ADD COLUMN "search" text GENERATED ALWAYS AS (
  lower("action" || ' ' || "actor" || ' ' || "resource_type" || ' ' || "resource_id" || ' ' || COALESCE("reason", '') || ' ' || "changes"::text)
) STORED;
CREATE INDEX "audit_entry_search" ON "audit_entry" USING gin ("search" gin_trgm_ops);

CREATE TRIGGER "audit_anchor_append_only" BEFORE UPDATE OR DELETE ON "audit_anchor"
  FOR EACH ROW EXECUTE FUNCTION "audit_entry_append_only"();
CREATE TRIGGER "audit_anchor_no_truncate" BEFORE TRUNCATE ON "audit_anchor"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_entry_append_only"();

ALTER TABLE "support_access" ADD CONSTRAINT "support_access_status_known" CHECK ("status" IN
  ('requested', 'active', 'rejected', 'expired', 'ended'));
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_hours" CHECK ("hours" BETWEEN 3 AND 168);
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_staff_exists" FOREIGN KEY ("staff_id") REFERENCES "staff_user" ("id");
-- One open access per person and tenant.
CREATE UNIQUE INDEX "support_access_one_open" ON "support_access" ("tenant_id", "staff_id") WHERE "status" IN ('requested', 'active');
