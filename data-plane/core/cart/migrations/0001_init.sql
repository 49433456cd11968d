-- CreateTable
CREATE TABLE "cart" (
    "id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "customer_id" TEXT,
    "currency_code" CHAR(3) NOT NULL,
    "locale" TEXT NOT NULL,
    "channel" TEXT NOT NULL DEFAULT 'web',
    "name" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "shipping_address" TEXT,
    "billing_address" TEXT,
    "shipping_choices" JSONB NOT NULL DEFAULT '{}',
    "one_line" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL DEFAULT 'open',
    "completing_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "cart_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cart_line" (
    "id" TEXT NOT NULL,
    "cart_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "choice" JSONB NOT NULL,
    "choice_key" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "added_amount" BIGINT NOT NULL,
    "held_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cart_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shipping_rate" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT,
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "free_above_amount" BIGINT,
    "tax_bps" INTEGER NOT NULL DEFAULT 1500,
    "min_days" INTEGER NOT NULL,
    "max_days" INTEGER NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shipping_rate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cart_status_expires_at_idx" ON "cart"("status", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "cart_line_cart_id_kind_choice_key_key" ON "cart_line"("cart_id", "kind", "choice_key");

-- CreateIndex
CREATE INDEX "shipping_rate_currency_code_vendor_id_position_idx" ON "shipping_rate"("currency_code", "vendor_id", "position");

-- AddForeignKey
ALTER TABLE "cart_line" ADD CONSTRAINT "cart_line_cart_id_fkey" FOREIGN KEY ("cart_id") REFERENCES "cart"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Written by hand below this line.

ALTER TABLE "cart"
  ADD CONSTRAINT "cart_status" CHECK ("status" IN ('open', 'completing', 'completed', 'abandoned', 'merged')),
  ADD CONSTRAINT "cart_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id");
-- K5: one live cart per customer, beside those opened for one purchase alone
CREATE UNIQUE INDEX "cart_one_open_per_customer" ON "cart" ("customer_id") WHERE "status" IN ('open', 'completing') AND NOT "one_line";

ALTER TABLE "cart_line" ADD CONSTRAINT "cart_line_quantity" CHECK ("quantity" BETWEEN 1 AND 99999);

ALTER TABLE "shipping_rate"
  ADD CONSTRAINT "shipping_rate_amount" CHECK ("amount" >= 0 AND "free_above_amount" >= 0),
  ADD CONSTRAINT "shipping_rate_tax" CHECK ("tax_bps" BETWEEN 0 AND 10000),
  ADD CONSTRAINT "shipping_rate_days" CHECK ("min_days" >= 0 AND "max_days" >= "min_days");
CREATE UNIQUE INDEX "shipping_rate_code" ON "shipping_rate" (COALESCE("vendor_id", ''), "currency_code", "code");
