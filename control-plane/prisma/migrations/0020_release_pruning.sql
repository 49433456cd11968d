-- AlterTable
ALTER TABLE "release" ADD COLUMN     "current_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "pruned_at" TIMESTAMPTZ(3);

-- A pruned release keeps its row, and who withdrew it if somebody had; what new tenants get is never pruned.
ALTER TABLE "release" DROP CONSTRAINT "release_status_known";
ALTER TABLE "release" ADD CONSTRAINT "release_status_known" CHECK ("status" IN ('available', 'yanked', 'pruned'));
ALTER TABLE "release" DROP CONSTRAINT "release_yanked_whole";
ALTER TABLE "release" ADD CONSTRAINT "release_yanked_whole" CHECK (
  num_nonnulls("yanked_at", "yanked_by", "yank_reason") IN (0, 3)
  AND ("status" <> 'yanked' OR "yanked_at" IS NOT NULL) AND ("status" <> 'available' OR "yanked_at" IS NULL));
ALTER TABLE "release" ADD CONSTRAINT "release_pruned_whole" CHECK ("status" = 'pruned' OR "pruned_at" IS NULL);
ALTER TABLE "release" ADD CONSTRAINT "release_in_use_not_pruned" CHECK ("status" <> 'pruned' OR NOT ("is_current" OR "is_platform"));
-- When they were used last is not known of those that are here: their week begins now.
UPDATE "release" SET "last_used_at" = now();
UPDATE "release" SET "current_at" = now() WHERE "is_current";
