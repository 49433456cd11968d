-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "copied_from" TEXT,
ADD COLUMN     "read_only" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "backup" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "driver" TEXT NOT NULL,
    "release" TEXT NOT NULL,
    "schema" TEXT NOT NULL,
    "size_bytes" BIGINT,
    "checksum" TEXT,
    "content_checksum" TEXT,
    "row_counts" JSONB,
    "files" JSONB,
    "taken_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "verified_at" TIMESTAMPTZ(3),
    "verification" JSONB,

    CONSTRAINT "backup_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backup_tenant_id_created_at_idx" ON "backup"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "backup_tenant_id_status_kind_created_at_idx" ON "backup"("tenant_id", "status", "kind", "created_at");

-- CreateIndex
CREATE INDEX "backup_status_expires_at_idx" ON "backup"("status", "expires_at");

-- CreateIndex
CREATE INDEX "backup_created_at_idx" ON "backup"("created_at");

-- AddForeignKey
ALTER TABLE "backup" ADD CONSTRAINT "backup_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "backup" ADD CONSTRAINT "backup_kind_known" CHECK ("kind" IN ('manual', 'scheduled', 'safety', 'archive'));
ALTER TABLE "backup" ADD CONSTRAINT "backup_status_known" CHECK ("status" IN ('running', 'ready', 'damaged'));
-- What is ready says what it holds.
ALTER TABLE "backup" ADD CONSTRAINT "backup_ready_whole" CHECK ("status" <> 'ready' OR
  ("size_bytes" IS NOT NULL AND "checksum" IS NOT NULL AND "content_checksum" IS NOT NULL AND "row_counts" IS NOT NULL AND "taken_at" IS NOT NULL));
