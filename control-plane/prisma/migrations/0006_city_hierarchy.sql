-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "authority_id" TEXT,
ADD COLUMN     "node_id" TEXT,
ADD COLUMN     "residency_zone" TEXT;

-- CreateTable
CREATE TABLE "node" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "parent_id" TEXT,
    "path" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "holds_assets" BOOLEAN NOT NULL DEFAULT false,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "boundary" JSONB,
    "min_lat" DOUBLE PRECISION,
    "min_lng" DOUBLE PRECISION,
    "max_lat" DOUBLE PRECISION,
    "max_lng" DOUBLE PRECISION,
    "attributes" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hierarchy_entry" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "parent_id" TEXT,
    "tenant_id" TEXT,
    "status" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "attributes" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hierarchy_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy" (
    "id" TEXT NOT NULL,
    "authority_id" TEXT,
    "node_id" TEXT,
    "tenant_id" TEXT,
    "domain" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "rules" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "note" TEXT,
    "effective_from" TIMESTAMPTZ(3),
    "effective_until" TIMESTAMPTZ(3),
    "revision" BIGINT,
    "created_by" TEXT NOT NULL,
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "activated_at" TIMESTAMPTZ(3),
    "superseded_at" TIMESTAMPTZ(3),
    "row_version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_exception" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "value" JSONB,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "granted_by" TEXT NOT NULL,
    "revision" BIGINT NOT NULL,
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_exception_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "governance_change" (
    "revision" BIGSERIAL NOT NULL,
    "authority_id" TEXT,
    "node_id" TEXT,
    "tenant_id" TEXT,
    "cause" TEXT NOT NULL,
    "reached" TEXT,
    "sent" INTEGER NOT NULL DEFAULT 0,
    "done_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "governance_change_pkey" PRIMARY KEY ("revision")
);

-- CreateIndex
CREATE UNIQUE INDEX "node_code_key" ON "node"("code");

-- CreateIndex
CREATE UNIQUE INDEX "node_path_key" ON "node"("path");

-- CreateIndex
CREATE INDEX "node_parent_id_code_idx" ON "node"("parent_id", "code");

-- CreateIndex
CREATE INDEX "node_type_status_code_idx" ON "node"("type", "status", "code");

-- CreateIndex
CREATE INDEX "hierarchy_entry_kind_position_code_idx" ON "hierarchy_entry"("kind", "position", "code");

-- CreateIndex
CREATE INDEX "hierarchy_entry_kind_code_idx" ON "hierarchy_entry"("kind", "code");

-- CreateIndex
CREATE INDEX "hierarchy_entry_parent_id_position_idx" ON "hierarchy_entry"("parent_id", "position");

-- CreateIndex
CREATE INDEX "hierarchy_entry_tenant_id_kind_idx" ON "hierarchy_entry"("tenant_id", "kind");

-- CreateIndex
CREATE INDEX "policy_authority_id_domain_version_idx" ON "policy"("authority_id", "domain", "version");

-- CreateIndex
CREATE INDEX "policy_node_id_domain_version_idx" ON "policy"("node_id", "domain", "version");

-- CreateIndex
CREATE INDEX "policy_tenant_id_domain_version_idx" ON "policy"("tenant_id", "domain", "version");

-- CreateIndex
CREATE INDEX "policy_status_created_at_idx" ON "policy"("status", "created_at");

-- CreateIndex
CREATE INDEX "policy_domain_created_at_idx" ON "policy"("domain", "created_at");

-- CreateIndex
CREATE INDEX "policy_created_at_idx" ON "policy"("created_at");

-- CreateIndex
CREATE INDEX "policy_exception_tenant_id_rule_idx" ON "policy_exception"("tenant_id", "rule");

-- CreateIndex
CREATE INDEX "policy_exception_until_idx" ON "policy_exception"("until");

-- CreateIndex
CREATE INDEX "policy_exception_created_at_idx" ON "policy_exception"("created_at");

-- CreateIndex
CREATE INDEX "tenant_node_id_id_idx" ON "tenant"("node_id", "id");

-- CreateIndex
CREATE INDEX "tenant_authority_id_id_idx" ON "tenant"("authority_id", "id");

-- AddForeignKey
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "node"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_authority_id_fkey" FOREIGN KEY ("authority_id") REFERENCES "hierarchy_entry"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "node" ADD CONSTRAINT "node_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "node"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hierarchy_entry" ADD CONSTRAINT "hierarchy_entry_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "hierarchy_entry"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hierarchy_entry" ADD CONSTRAINT "hierarchy_entry_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Prefix search of a subtree; the default collation's index does not serve LIKE.
CREATE INDEX "node_path_prefix" ON "node" ("path" text_pattern_ops);
CREATE INDEX "node_point" ON "node" USING gist (point("lng", "lat"));
CREATE INDEX "node_box" ON "node" ("type", "min_lat", "max_lat") WHERE "boundary" IS NOT NULL;
ALTER TABLE "node" ADD CONSTRAINT "node_type_known" CHECK ("type" IN ('CITY', 'DISTRICT', 'ZONE', 'FACILITY', 'ASSET'));
ALTER TABLE "node" ADD CONSTRAINT "node_status_known" CHECK ("status" IN ('active', 'inactive', 'maintenance'));
ALTER TABLE "node" ADD CONSTRAINT "node_root_is_city" CHECK (("parent_id" IS NULL) = ("type" = 'CITY'));
ALTER TABLE "node" ADD CONSTRAINT "node_not_in_itself" CHECK ("parent_id" <> "id");

-- A code once per kind, and per tenant where it is the tenant's.
CREATE UNIQUE INDEX "hierarchy_entry_code_once" ON "hierarchy_entry" ("kind", COALESCE("tenant_id", ''), "code");
ALTER TABLE "hierarchy_entry" ADD CONSTRAINT "hierarchy_entry_kind_known" CHECK ("kind" IN
  ('country', 'authority', 'scope', 'category', 'subcategory', 'store', 'portal'));
ALTER TABLE "hierarchy_entry" ADD CONSTRAINT "hierarchy_entry_not_in_itself" CHECK ("parent_id" <> "id");

ALTER TABLE "tenant" ADD CONSTRAINT "tenant_residency_zone_known" CHECK ("residency_zone" IN ('GCC', 'EU', 'MENA', 'APAC', 'AMERICAS', 'GLOBAL'));

ALTER TABLE "policy" ADD CONSTRAINT "policy_authority_exists" FOREIGN KEY ("authority_id") REFERENCES "hierarchy_entry" ("id");
ALTER TABLE "policy" ADD CONSTRAINT "policy_node_exists" FOREIGN KEY ("node_id") REFERENCES "node" ("id");
ALTER TABLE "policy" ADD CONSTRAINT "policy_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");
ALTER TABLE "policy" ADD CONSTRAINT "policy_one_subject" CHECK (num_nonnulls("authority_id", "node_id", "tenant_id") = 1);
ALTER TABLE "policy" ADD CONSTRAINT "policy_domain_known" CHECK ("domain" IN ('commerce', 'content', 'data', 'access'));
ALTER TABLE "policy" ADD CONSTRAINT "policy_status_known" CHECK ("status" IN ('draft', 'approved', 'active', 'superseded'));
CREATE UNIQUE INDEX "policy_one_active" ON "policy" (COALESCE("authority_id", "node_id", "tenant_id"), "domain") WHERE "status" = 'active';
CREATE UNIQUE INDEX "policy_version_once" ON "policy" (COALESCE("authority_id", "node_id", "tenant_id"), "domain", "version");
-- What waits for its day.
CREATE INDEX "policy_due" ON "policy" ("effective_from") WHERE "status" = 'approved';
CREATE INDEX "policy_ending" ON "policy" ("effective_until") WHERE "status" = 'active' AND "effective_until" IS NOT NULL;

ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");
CREATE UNIQUE INDEX "policy_exception_one_live" ON "policy_exception" ("tenant_id", "rule") WHERE "ended_at" IS NULL;

CREATE INDEX "governance_change_open" ON "governance_change" ("revision") WHERE "done_at" IS NULL;
