-- CreateTable
CREATE TABLE "hold" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "owner_hash" TEXT NOT NULL,
    "customer_id" TEXT,
    "cart_line_id" TEXT NOT NULL,
    "checkout_id" TEXT,
    "order_line_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "hold_checkout_id_idx" ON "hold"("checkout_id");

-- Written by hand below this line.

ALTER TABLE "hold"
  ADD CONSTRAINT "hold_status" CHECK ("status" IN ('active', 'consumed', 'released', 'expired')),
  ADD CONSTRAINT "hold_quantity" CHECK ("quantity" > 0);

-- one active hold per cart line
CREATE UNIQUE INDEX "hold_one_active_per_line" ON "hold" ("cart_line_id") WHERE "status" = 'active';
-- overdue holds of one resource, freed inline before a claim is refused (00-conventions, Holds)
CREATE INDEX "hold_overdue" ON "hold" ("kind", "resource_id", "expires_at") WHERE "status" = 'active';
