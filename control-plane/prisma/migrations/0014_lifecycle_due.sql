-- AlterTable
ALTER TABLE "tenant_domain" ADD COLUMN     "leads_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "backup_schedule" ADD COLUMN     "operation_id" TEXT;

-- What is late or failing is found without looking at every tenant.
CREATE INDEX "backup_schedule_last" ON "backup_schedule" ((COALESCE("last_backup_at", "created_at")));
CREATE INDEX "backup_schedule_failing" ON "backup_schedule" ("tenant_id") WHERE "failures" > 0;
CREATE INDEX "backup_untested" ON "backup" ("tenant_id", "created_at") WHERE "status" = 'ready' AND "verified_at" IS NULL;
CREATE INDEX "tenant_domain_former" ON "tenant_domain" ("leads_until") WHERE "leads_until" IS NOT NULL;
