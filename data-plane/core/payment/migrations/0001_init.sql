-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "sub_order_id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "capture_mode" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "provider" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "upfront_amount" BIGINT NOT NULL,
    "authorized_amount" BIGINT NOT NULL DEFAULT 0,
    "captured_amount" BIGINT NOT NULL DEFAULT 0,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "provider_ref" TEXT,
    "token" TEXT,
    "auth_expires_at" TIMESTAMPTZ(3),
    "voided_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "sub_order_id" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "shipping_amount" BIGINT NOT NULL DEFAULT 0,
    "lines" JSONB NOT NULL,
    "tax_amount" BIGINT NOT NULL DEFAULT 0,
    "commission_amount" BIGINT NOT NULL DEFAULT 0,
    "available_amount" BIGINT NOT NULL DEFAULT 0,
    "reason" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "provider_ref" TEXT,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_challenge" (
    "id" TEXT NOT NULL,
    "checkout_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "order_number" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sandbox_charge" (
    "id" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "authorized_amount" BIGINT NOT NULL,
    "captured_amount" BIGINT NOT NULL DEFAULT 0,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "voided" BOOLEAN NOT NULL DEFAULT false,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sandbox_charge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sandbox_operation" (
    "idempotency_key" TEXT NOT NULL,
    "charge_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sandbox_operation_pkey" PRIMARY KEY ("idempotency_key")
);

-- CreateIndex
CREATE INDEX "payment_created_at_idx" ON "payment"("created_at" DESC);

-- CreateIndex
CREATE INDEX "payment_status_created_at_idx" ON "payment"("status", "created_at" DESC);

-- CreateIndex
CREATE INDEX "payment_sub_order_id_idx" ON "payment"("sub_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_order_id_vendor_id_capture_mode_sequence_key" ON "payment"("order_id", "vendor_id", "capture_mode", "sequence");

-- CreateIndex
CREATE INDEX "refund_order_id_created_at_idx" ON "refund"("order_id", "created_at");

-- CreateIndex
CREATE INDEX "refund_payment_id_idx" ON "refund"("payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_challenge_checkout_id_key" ON "payment_challenge"("checkout_id");

-- CreateIndex
CREATE UNIQUE INDEX "sandbox_charge_idempotency_key_key" ON "sandbox_charge"("idempotency_key");

-- CreateIndex
CREATE INDEX "sandbox_operation_charge_id_idx" ON "sandbox_operation"("charge_id");

-- AddForeignKey
ALTER TABLE "refund" ADD CONSTRAINT "refund_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sandbox_operation" ADD CONSTRAINT "sandbox_operation_charge_id_fkey" FOREIGN KEY ("charge_id") REFERENCES "sandbox_charge"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- Written by hand below this line.

ALTER TABLE "payment"
  ADD CONSTRAINT "payment_status" CHECK ("status" IN ('pending', 'requires_action', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded', 'voided', 'failed', 'expired')),
  ADD CONSTRAINT "payment_capture_mode" CHECK ("capture_mode" IN ('now', 'on_accept', 'on_fulfil', 'deferred', 'deposit', 'none')),
  ADD CONSTRAINT "payment_upfront" CHECK ("upfront_amount" BETWEEN 0 AND "amount"),
  ADD CONSTRAINT "payment_amount" CHECK ("amount" >= 0 AND "authorized_amount" BETWEEN 0 AND "amount"),
  ADD CONSTRAINT "payment_captured" CHECK ("captured_amount" BETWEEN 0 AND "authorized_amount"),
  ADD CONSTRAINT "payment_refunded" CHECK ("refunded_amount" BETWEEN 0 AND "captured_amount"),
  ADD CONSTRAINT "payment_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id"),
  ADD CONSTRAINT "payment_sub_order" FOREIGN KEY ("sub_order_id") REFERENCES "sub_order" ("id");

ALTER TABLE "refund"
  ADD CONSTRAINT "refund_status" CHECK ("status" IN ('pending', 'succeeded', 'failed')),
  ADD CONSTRAINT "refund_amount" CHECK ("amount" > 0 AND "shipping_amount" BETWEEN 0 AND "amount" AND "commission_amount" >= 0),
  ADD CONSTRAINT "refund_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id");
CREATE INDEX "refund_by_time" ON "refund" ("created_at") WHERE "status" = 'succeeded';

ALTER TABLE "payment_challenge"
  ADD CONSTRAINT "payment_challenge_status" CHECK ("status" IN ('pending', 'approved', 'declined', 'expired'));

ALTER TABLE "sandbox_charge"
  ADD CONSTRAINT "sandbox_charge_captured" CHECK ("captured_amount" BETWEEN 0 AND "authorized_amount"),
  ADD CONSTRAINT "sandbox_charge_refunded" CHECK ("refunded_amount" BETWEEN 0 AND "captured_amount"),
  ADD CONSTRAINT "sandbox_charge_voided" CHECK (NOT "voided" OR "captured_amount" = 0);
ALTER TABLE "sandbox_operation" ADD CONSTRAINT "sandbox_operation_kind" CHECK ("kind" IN ('capture', 'charge', 'void', 'refund'));

-- The order's payment status is derived from its payments.
CREATE FUNCTION order_payment_status_derive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM "order" WHERE id = NEW.order_id FOR NO KEY UPDATE;
  UPDATE "order" o SET payment_status = derived.status
  FROM (
    SELECT CASE
      WHEN bool_and(p.status IN ('failed', 'expired')) THEN 'failed'
      WHEN bool_and(p.status IN ('failed', 'expired', 'voided')) THEN 'voided'
      WHEN sum(p.captured_amount) > 0 AND sum(p.refunded_amount) = sum(p.captured_amount)
        AND bool_and(p.status IN ('captured', 'refunded', 'voided', 'failed', 'expired')) THEN 'refunded'
      WHEN sum(p.refunded_amount) > 0 THEN 'partially_refunded'
      WHEN bool_and(p.status IN ('captured', 'voided', 'failed', 'expired')) THEN 'paid'
      WHEN bool_and(p.status IN ('authorized', 'partially_captured', 'captured', 'voided', 'failed', 'expired')) THEN 'authorized'
      ELSE 'pending' END AS status
    -- what is free is paid by being there
    FROM payment p WHERE p.order_id = NEW.order_id AND p.amount > 0
  ) derived
  WHERE o.id = NEW.order_id AND o.payment_status <> derived.status;
  RETURN NULL;
END $$;
CREATE TRIGGER payment_status_derive AFTER UPDATE OF status, captured_amount, refunded_amount ON "payment"
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.refunded_amount IS DISTINCT FROM NEW.refunded_amount)
  EXECUTE FUNCTION order_payment_status_derive();
