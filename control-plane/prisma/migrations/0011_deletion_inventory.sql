-- CreateTable
CREATE TABLE "deletion_inventory" (
    "tenant_id" TEXT NOT NULL,
    "operation_id" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "key_destroyed_at" TIMESTAMPTZ(3),
    "backups_destroyed_at" TIMESTAMPTZ(3),
    "after" JSONB,
    "swept_at" TIMESTAMPTZ(3),

    CONSTRAINT "deletion_inventory_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "deletion_certificate_issued_at_idx" ON "deletion_certificate"("issued_at");
