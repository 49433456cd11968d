-- CreateTable
CREATE TABLE "checkout" (
    "id" TEXT NOT NULL,
    "cart_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "method" TEXT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "payment_deadline" TIMESTAMPTZ(3) NOT NULL,
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "checkout_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "checkout_order_id_idx" ON "checkout"("order_id");
-- Written by hand below this line.

ALTER TABLE "checkout"
  ADD CONSTRAINT "checkout_status" CHECK ("status" IN ('running', 'action_required', 'succeeded', 'failed')),
  ADD CONSTRAINT "checkout_cart" FOREIGN KEY ("cart_id") REFERENCES "cart" ("id"),
  ADD CONSTRAINT "checkout_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id");
-- K5: a cart is bought once, and by one try at a time
CREATE UNIQUE INDEX "checkout_one_live_per_cart" ON "checkout" ("cart_id") WHERE "status" IN ('running', 'action_required', 'succeeded');
