-- CreateTable
CREATE TABLE "brand_theme" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "tokens" JSONB NOT NULL,
    "logo_light_file_id" TEXT,
    "logo_dark_file_id" TEXT,
    "preview_hash" TEXT,
    "preview_until" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "brand_theme_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "brand_theme_created_at_idx" ON "brand_theme"("created_at");
-- Written by hand below this line.

ALTER TABLE "brand_theme"
  ADD CONSTRAINT "brand_theme_status" CHECK ("status" IN ('draft', 'preview', 'published', 'archived')),
  ADD CONSTRAINT "brand_theme_logo_light" FOREIGN KEY ("logo_light_file_id") REFERENCES "file" ("id"),
  ADD CONSTRAINT "brand_theme_logo_dark" FOREIGN KEY ("logo_dark_file_id") REFERENCES "file" ("id");
-- One look at a time (K5).
CREATE UNIQUE INDEX "brand_theme_one_published" ON "brand_theme" ((true)) WHERE "status" = 'published' AND "deleted_at" IS NULL;
