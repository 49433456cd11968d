-- CreateTable
CREATE TABLE "approval" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "tenant_id" TEXT,
    "subject" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "details" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "decided_by" TEXT,
    "decision_reason" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "operation_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "tenant_id" TEXT,
    "parameters" JSONB NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,
    "note" TEXT,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "platform_setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "platform_setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "backup_schedule" (
    "tenant_id" TEXT NOT NULL,
    "next_backup_at" TIMESTAMPTZ(3) NOT NULL,
    "next_test_at" TIMESTAMPTZ(3) NOT NULL,
    "next_thinning_at" TIMESTAMPTZ(3) NOT NULL,
    "last_backup_id" TEXT,
    "last_backup_at" TIMESTAMPTZ(3),
    "last_verified_id" TEXT,
    "last_verified_at" TIMESTAMPTZ(3),
    "verification" JSONB,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_failure" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "backup_schedule_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "approval_status_created_at_idx" ON "approval"("status", "created_at");

-- CreateIndex
CREATE INDEX "approval_tenant_id_created_at_idx" ON "approval"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "approval_requested_by_created_at_idx" ON "approval"("requested_by", "created_at");

-- CreateIndex
CREATE INDEX "approval_created_at_idx" ON "approval"("created_at");

-- CreateIndex
CREATE INDEX "alert_tenant_id_opened_at_idx" ON "alert"("tenant_id", "opened_at");

-- CreateIndex
CREATE INDEX "alert_kind_opened_at_idx" ON "alert"("kind", "opened_at");

-- CreateIndex
CREATE INDEX "alert_opened_at_idx" ON "alert"("opened_at");

-- CreateIndex
CREATE INDEX "backup_schedule_next_backup_at_idx" ON "backup_schedule"("next_backup_at");

-- CreateIndex
CREATE INDEX "backup_schedule_next_test_at_idx" ON "backup_schedule"("next_test_at");

-- CreateIndex
CREATE INDEX "backup_schedule_next_thinning_at_idx" ON "backup_schedule"("next_thinning_at");

-- CreateIndex
CREATE INDEX "tenant_slug_idx" ON "tenant"("slug");

-- AddForeignKey
ALTER TABLE "backup_schedule" ADD CONSTRAINT "backup_schedule_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the schema language cannot say.
ALTER TABLE "approval" ADD CONSTRAINT "approval_status_known" CHECK ("status" IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn'));
-- Two people: whoever asked never decides, however the row is written.
ALTER TABLE "approval" ADD CONSTRAINT "approval_two_people"
  CHECK ("status" NOT IN ('approved', 'rejected') OR ("decided_by" IS NOT NULL AND "decided_by" <> "requested_by"));
ALTER TABLE "approval" ADD CONSTRAINT "approval_decided_at" CHECK (("status" = 'pending') = ("decided_at" IS NULL));
CREATE UNIQUE INDEX "approval_one_open" ON "approval" ("subject") WHERE "status" = 'pending';
CREATE INDEX "approval_due" ON "approval" ("expires_at") WHERE "status" = 'pending';

ALTER TABLE "alert" ADD CONSTRAINT "alert_severity_known" CHECK ("severity" IN ('critical', 'warning'));
CREATE UNIQUE INDEX "alert_one_open" ON "alert" ("subject") WHERE "closed_at" IS NULL;
CREATE INDEX "alert_open" ON "alert" ("severity", "opened_at") WHERE "closed_at" IS NULL;

-- What time alone does to tenants is found by its due date.
CREATE INDEX "tenant_closing_due" ON "tenant" ("closing_until") WHERE "status" = 'closing';
