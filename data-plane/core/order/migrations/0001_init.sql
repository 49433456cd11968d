-- CreateTable
CREATE TABLE "order" (
    "id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "checkout_id" TEXT NOT NULL,
    "cart_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "token_hash" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "email_index" TEXT,
    "phone" TEXT,
    "shipping_address" TEXT,
    "billing_address" TEXT,
    "locale" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "subtotal_amount" BIGINT NOT NULL,
    "shipping_amount" BIGINT NOT NULL,
    "discount_amount" BIGINT NOT NULL DEFAULT 0,
    "tax_amount" BIGINT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "payment_method" TEXT NOT NULL,
    "payment_deadline" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL,
    "payment_status" TEXT NOT NULL DEFAULT 'pending',
    "checkout_failed_at" TIMESTAMPTZ(3),
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sub_order" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "vendor" JSONB NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'placed',
    "led_by" TEXT NOT NULL DEFAULT 'sub_order',
    "sla_due_at" TIMESTAMPTZ(3),
    "shipping_option" JSONB,
    "shipping_rate_id" TEXT,
    "subtotal_amount" BIGINT NOT NULL,
    "shipping_amount" BIGINT NOT NULL,
    "shipping_tax_amount" BIGINT NOT NULL,
    "shipping_refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "shipping_payment_id" TEXT,
    "discount_amount" BIGINT NOT NULL DEFAULT 0,
    "tax_amount" BIGINT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "commission_amount" BIGINT NOT NULL DEFAULT 0,
    "commission_reversed_amount" BIGINT NOT NULL DEFAULT 0,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "fulfilled_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "sub_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_line" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "sub_order_id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "payment_id" TEXT,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "vertical" TEXT NOT NULL,
    "reference_type" TEXT NOT NULL,
    "reference_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "entitlement_type" TEXT,
    "entitlement_id" TEXT,
    "choice" JSONB NOT NULL,
    "title" JSONB NOT NULL,
    "subtitle" JSONB,
    "sku" TEXT,
    "picture" JSONB,
    "path" TEXT,
    "quantity" INTEGER NOT NULL,
    "quantity_open" INTEGER NOT NULL,
    "quantity_fulfilled" INTEGER NOT NULL DEFAULT 0,
    "quantity_cancelled" INTEGER NOT NULL DEFAULT 0,
    "unit_price_amount" BIGINT NOT NULL,
    "discount_amount" BIGINT NOT NULL DEFAULT 0,
    "tax_amount" BIGINT NOT NULL,
    "tax_bps" INTEGER NOT NULL,
    "tax_class" TEXT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "commission_bps" INTEGER NOT NULL,
    "commission_amount" BIGINT NOT NULL,
    "commission_reversed_amount" BIGINT NOT NULL DEFAULT 0,
    "captured_amount" BIGINT NOT NULL DEFAULT 0,
    "due_amount" BIGINT NOT NULL DEFAULT 0,
    "balance_payment_id" TEXT,
    "balance_captured_amount" BIGINT NOT NULL DEFAULT 0,
    "deposit_amount" BIGINT,
    "released_amount" BIGINT NOT NULL DEFAULT 0,
    "fulfilment" TEXT NOT NULL DEFAULT 'sub_order',
    "parts" JSONB NOT NULL DEFAULT '[]',
    "accepted_at" TIMESTAMPTZ(3),
    "fulfilled_at" TIMESTAMPTZ(3),
    "release_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),
    "payment_due_at" TIMESTAMPTZ(3),
    "capture_mode" TEXT NOT NULL,
    "cancellation_tiers" JSONB,
    "starts_at" TIMESTAMPTZ(3),
    "withdrawal_exempt_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fulfilment" (
    "id" TEXT NOT NULL,
    "sub_order_id" TEXT NOT NULL,
    "carrier" TEXT,
    "tracking_number" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fulfilment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fulfilment_line" (
    "fulfilment_id" TEXT NOT NULL,
    "order_line_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "fulfilment_line_pkey" PRIMARY KEY ("fulfilment_id","order_line_id")
);

-- CreateTable
CREATE TABLE "order_event" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "sub_order_id" TEXT,
    "type" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_note" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "author_name" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "order_number_key" ON "order"("number");

-- CreateIndex
CREATE UNIQUE INDEX "order_checkout_id_key" ON "order"("checkout_id");

-- CreateIndex
CREATE UNIQUE INDEX "sub_order_number_key" ON "sub_order"("number");

-- CreateIndex
CREATE UNIQUE INDEX "sub_order_order_id_vendor_id_key" ON "sub_order"("order_id", "vendor_id");

-- CreateIndex
CREATE INDEX "order_line_order_id_position_idx" ON "order_line"("order_id", "position");

-- CreateIndex
CREATE INDEX "order_line_sub_order_id_idx" ON "order_line"("sub_order_id");

-- CreateIndex
CREATE INDEX "order_line_created_at_idx" ON "order_line"("created_at");

-- CreateIndex
CREATE INDEX "fulfilment_sub_order_id_idx" ON "fulfilment"("sub_order_id");

-- CreateIndex
CREATE INDEX "fulfilment_line_order_line_id_idx" ON "fulfilment_line"("order_line_id");

-- CreateIndex
CREATE INDEX "order_event_order_id_created_at_idx" ON "order_event"("order_id", "created_at");

-- CreateIndex
CREATE INDEX "order_note_order_id_created_at_idx" ON "order_note"("order_id", "created_at");

-- AddForeignKey
ALTER TABLE "sub_order" ADD CONSTRAINT "sub_order_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_sub_order_id_fkey" FOREIGN KEY ("sub_order_id") REFERENCES "sub_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fulfilment" ADD CONSTRAINT "fulfilment_sub_order_id_fkey" FOREIGN KEY ("sub_order_id") REFERENCES "sub_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fulfilment_line" ADD CONSTRAINT "fulfilment_line_fulfilment_id_fkey" FOREIGN KEY ("fulfilment_id") REFERENCES "fulfilment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fulfilment_line" ADD CONSTRAINT "fulfilment_line_order_line_id_fkey" FOREIGN KEY ("order_line_id") REFERENCES "order_line"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_event" ADD CONSTRAINT "order_event_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_note" ADD CONSTRAINT "order_note_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- Written by hand below this line.

CREATE SEQUENCE "order_number" START 100001;

ALTER TABLE "order"
  ADD CONSTRAINT "order_status" CHECK ("status" IN ('placed', 'confirmed', 'accepted', 'preparing', 'partially_fulfilled', 'fulfilled', 'completed', 'cancelled', 'expired')),
  ADD CONSTRAINT "order_payment_status" CHECK ("payment_status" IN ('pending', 'authorized', 'paid', 'partially_refunded', 'refunded', 'voided', 'failed')),
  ADD CONSTRAINT "order_total" CHECK ("total_amount" = "subtotal_amount" + "shipping_amount" - "discount_amount" AND "total_amount" >= 0),
  ADD CONSTRAINT "order_refunded" CHECK ("refunded_amount" BETWEEN 0 AND "total_amount"),
  ADD CONSTRAINT "order_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id");

ALTER TABLE "sub_order"
  ADD CONSTRAINT "sub_order_status" CHECK ("status" IN ('placed', 'confirmed', 'accepted', 'preparing', 'partially_fulfilled', 'fulfilled', 'completed', 'cancelled', 'expired')),
  ADD CONSTRAINT "sub_order_total" CHECK ("total_amount" = "subtotal_amount" + "shipping_amount" - "discount_amount" AND "total_amount" >= 0),
  ADD CONSTRAINT "sub_order_refunded" CHECK ("refunded_amount" BETWEEN 0 AND "total_amount" AND "shipping_refunded_amount" BETWEEN 0 AND "shipping_amount"),
  ADD CONSTRAINT "sub_order_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "sub_order_commission" CHECK ("commission_reversed_amount" BETWEEN 0 AND "commission_amount");

ALTER TABLE "sub_order" ADD CONSTRAINT "sub_order_led_by" CHECK ("led_by" IN ('sub_order', 'own', 'mixed'));
ALTER TABLE "order_line"
  ADD CONSTRAINT "order_line_fulfilment" CHECK ("fulfilment" IN ('sub_order', 'own')),
  ADD CONSTRAINT "order_line_captured" CHECK ("captured_amount" BETWEEN 0 AND "total_amount" AND "due_amount" BETWEEN 0 AND "total_amount" AND "deposit_amount" BETWEEN 0 AND "total_amount"),
  ADD CONSTRAINT "order_line_quantities" CHECK ("quantity" = "quantity_open" + "quantity_fulfilled" + "quantity_cancelled"
    AND "quantity" > 0 AND "quantity_open" >= 0 AND "quantity_fulfilled" >= 0 AND "quantity_cancelled" >= 0),
  ADD CONSTRAINT "order_line_refunded" CHECK ("refunded_amount" BETWEEN 0 AND "total_amount"),
  ADD CONSTRAINT "order_line_commission" CHECK ("commission_reversed_amount" BETWEEN 0 AND "commission_amount");

ALTER TABLE "fulfilment_line" ADD CONSTRAINT "fulfilment_line_quantity" CHECK ("quantity" > 0);

-- which verticals have sold something that is not finished
CREATE INDEX "order_line_open" ON "order_line" ("vertical") WHERE "quantity_open" > 0;
-- lists: own orders, all orders, one state, one e-mail; tries whose payment never came about are nobody's order
CREATE INDEX "order_by_customer" ON "order" ("customer_id", "placed_at" DESC) WHERE "checkout_failed_at" IS NULL;
CREATE INDEX "order_by_time" ON "order" ("placed_at" DESC) WHERE "checkout_failed_at" IS NULL;
CREATE INDEX "order_by_status" ON "order" ("status", "placed_at" DESC) WHERE "checkout_failed_at" IS NULL;
CREATE INDEX "order_by_email" ON "order" ("email_index", "placed_at" DESC);
-- a vendor sees what is confirmed, never what still waits for its money
CREATE INDEX "sub_order_inbox" ON "sub_order" ("vendor_id", "placed_at" DESC) WHERE "confirmed_at" IS NOT NULL;
CREATE INDEX "sub_order_inbox_by_status" ON "sub_order" ("vendor_id", "status", "placed_at" DESC) WHERE "confirmed_at" IS NOT NULL;
CREATE INDEX "sub_order_by_time" ON "sub_order" ("placed_at") WHERE "confirmed_at" IS NOT NULL;

-- the timeline is append-only
REVOKE UPDATE, DELETE ON "order_event" FROM cityos_app;

-- The order's own status is derived: the least advanced live sub-order; with none alive, cancelled before expired.
-- The order row is locked first, so that two vendors who move at once see each other.
CREATE FUNCTION order_status_derive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM "order" WHERE id = NEW.order_id FOR NO KEY UPDATE;
  UPDATE "order" o SET status = derived.status, updated_at = NEW.updated_at
  FROM (
    SELECT COALESCE(
      (SELECT s.status FROM sub_order s WHERE s.order_id = NEW.order_id AND s.status NOT IN ('cancelled', 'expired')
       ORDER BY array_position(ARRAY['placed', 'confirmed', 'accepted', 'preparing', 'partially_fulfilled', 'fulfilled', 'completed'], s.status) LIMIT 1),
      (SELECT s.status FROM sub_order s WHERE s.order_id = NEW.order_id ORDER BY s.status LIMIT 1)
    ) AS status
  ) derived
  WHERE o.id = NEW.order_id AND o.status <> derived.status;
  RETURN NULL;
END $$;
CREATE TRIGGER sub_order_status_derive AFTER UPDATE OF status ON "sub_order"
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION order_status_derive();

-- One refund of one part: line, sub-order and order grow together, and the checks above refuse more than was paid.
CREATE FUNCTION sub_order_refund_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "order" SET refunded_amount = refunded_amount + NEW.refunded_amount - OLD.refunded_amount WHERE id = NEW.order_id;
  RETURN NULL;
END $$;
CREATE TRIGGER sub_order_refund_sum AFTER UPDATE OF refunded_amount ON "sub_order"
  FOR EACH ROW WHEN (OLD.refunded_amount IS DISTINCT FROM NEW.refunded_amount) EXECUTE FUNCTION sub_order_refund_sum();
