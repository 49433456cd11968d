-- AlterTable
ALTER TABLE "release" ADD COLUMN     "built_at" TIMESTAMPTZ(3),
ADD COLUMN     "commit" TEXT,
ADD COLUMN     "files" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "is_platform" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "migrations" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "protocol" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "size_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "upgrade_from" TEXT,
ADD COLUMN     "yank_reason" TEXT,
ADD COLUMN     "yanked_at" TIMESTAMPTZ(3),
ADD COLUMN     "yanked_by" TEXT;

-- CreateIndex
CREATE INDEX "release_created_at_version_idx" ON "release"("created_at", "version");

-- One release at a time is what new tenants get, and one is what the control plane runs from.
CREATE UNIQUE INDEX "release_platform" ON "release" ("is_platform") WHERE "is_platform";
ALTER TABLE "release" ADD CONSTRAINT "release_status_known" CHECK ("status" IN ('available', 'yanked'));
ALTER TABLE "release" ADD CONSTRAINT "release_yanked_whole" CHECK (("status" = 'yanked') = ("yanked_at" IS NOT NULL AND "yanked_by" IS NOT NULL AND "yank_reason" IS NOT NULL));
