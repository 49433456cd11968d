-- CreateTable
CREATE TABLE "sales_channel" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "listing" TEXT NOT NULL DEFAULT 'all',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "sales_channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel_product" (
    "channel_id" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_product_pkey" PRIMARY KEY ("channel_id","product_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sales_channel_code_key" ON "sales_channel"("code");

-- CreateIndex
CREATE INDEX "sales_channel_created_at_idx" ON "sales_channel"("created_at");

-- CreateIndex
CREATE INDEX "channel_product_product_id_idx" ON "channel_product"("product_id");
-- Written by hand below this line.

ALTER TABLE "sales_channel"
  ADD CONSTRAINT "sales_channel_kind" CHECK ("kind" IN ('web', 'ios', 'android', 'kiosk', 'pos', 'marketplace_feed', 'whatsapp', 'dooh')),
  ADD CONSTRAINT "sales_channel_status" CHECK ("status" IN ('active', 'paused')),
  ADD CONSTRAINT "sales_channel_listing" CHECK ("listing" IN ('all', 'linked'));
ALTER TABLE "channel_product"
  ADD CONSTRAINT "channel_product_channel" FOREIGN KEY ("channel_id") REFERENCES "sales_channel" ("id") ON DELETE CASCADE,
  ADD CONSTRAINT "channel_product_product" FOREIGN KEY ("product_id") REFERENCES "product" ("id") ON DELETE CASCADE;
