-- AlterTable
ALTER TABLE "plan" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "metered" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "subscription" ADD COLUMN "anchor_at" TIMESTAMPTZ(3),
ADD COLUMN     "anchor_no" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "carried_amount" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "collection" TEXT NOT NULL DEFAULT 'offline',
ADD COLUMN     "credit_amount" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "interval" TEXT NOT NULL DEFAULT 'month',
ADD COLUMN "period_end" TIMESTAMPTZ(3),
ADD COLUMN     "period_no" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN "period_start" TIMESTAMPTZ(3),
ADD COLUMN     "plan_version" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "status" TEXT NOT NULL DEFAULT 'active',
ADD COLUMN     "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN     "terms_days" INTEGER NOT NULL DEFAULT 14,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "plan_version" (
    "plan_code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "price_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "interval" TEXT NOT NULL,
    "trial_days" INTEGER NOT NULL,
    "limits" JSONB NOT NULL,
    "metered" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plan_version_pkey" PRIMARY KEY ("plan_code","version")
);

-- CreateTable
CREATE TABLE "add_on" (
    "vertical" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "price_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "offered" BOOLEAN NOT NULL DEFAULT true,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "add_on_pkey" PRIMARY KEY ("vertical")
);

-- CreateTable
CREATE TABLE "subscription_item" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "price_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "cause" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),

    CONSTRAINT "subscription_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscription_period" (
    "tenant_id" TEXT NOT NULL,
    "no" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscription_period_pkey" PRIMARY KEY ("tenant_id","no")
);

-- CreateTable
CREATE TABLE "billing_profile" (
    "tenant_id" TEXT NOT NULL,
    "legal_name" TEXT NOT NULL,
    "country" CHAR(2) NOT NULL,
    "vat_number" TEXT,
    "address" TEXT,
    "city" TEXT,
    "postal_code" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "billing_profile_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "invoice_series" (
    "kind" TEXT NOT NULL,
    "year" INTEGER NOT NULL,
    "last" INTEGER NOT NULL,

    CONSTRAINT "invoice_series_pkey" PRIMARY KEY ("kind","year")
);

-- CreateTable
CREATE TABLE "invoice" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "year" INTEGER,
    "sequence" INTEGER,
    "number" TEXT,
    "scope" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "refers_to_id" TEXT,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "buyer" JSONB NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "subtotal_amount" BIGINT NOT NULL,
    "tax_amount" BIGINT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "tax_bps" INTEGER NOT NULL,
    "tax_country" CHAR(2) NOT NULL,
    "tax_rule" TEXT NOT NULL,
    "paid_amount" BIGINT NOT NULL DEFAULT 0,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "credited_amount" BIGINT NOT NULL DEFAULT 0,
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),
    "issued_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "paid_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "stripe_invoice_id" TEXT,

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_line" (
    "invoice_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "description" JSONB NOT NULL,
    "quantity" BIGINT NOT NULL,
    "unit_amount" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "tax_amount" BIGINT NOT NULL,
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),

    CONSTRAINT "invoice_line_pkey" PRIMARY KEY ("invoice_id","position")
);

-- CreateTable
CREATE TABLE "invoice_payment" (
    "id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "recorded_by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invoice_payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credit_entry" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "cause" TEXT NOT NULL,
    "invoice_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "credit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing_due" (
    "kind" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "outcome" TEXT,

    CONSTRAINT "billing_due_pkey" PRIMARY KEY ("kind","ref")
);

-- CreateTable
CREATE TABLE "usage_hour" (
    "tenant_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "quantity" BIGINT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "rolled_quantity" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "usage_hour_pkey" PRIMARY KEY ("tenant_id","metric","hour")
);

-- CreateTable
CREATE TABLE "tenant_usage" (
    "tenant_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "period_no" INTEGER NOT NULL,
    "used" BIGINT NOT NULL DEFAULT 0,
    "quota" BIGINT,
    "billed" BIGINT NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenant_usage_pkey" PRIMARY KEY ("tenant_id","metric","period_no")
);

-- CreateTable
CREATE TABLE "stripe_customer" (
    "tenant_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stripe_customer_pkey" PRIMARY KEY ("tenant_id","mode")
);

-- CreateTable
CREATE TABLE "stripe_price" (
    "kind" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "interval" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "price_id" TEXT NOT NULL,

    CONSTRAINT "stripe_price_pkey" PRIMARY KEY ("kind","code","version","interval","mode")
);

-- CreateTable
CREATE TABLE "stripe_subscription" (
    "item_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "subscription_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stripe_subscription_pkey" PRIMARY KEY ("item_id","mode")
);

-- CreateTable
CREATE TABLE "stripe_job" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "tenant_id" TEXT,
    "payload" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stripe_job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_event" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "handled_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "add_on_offered_vertical_idx" ON "add_on"("offered", "vertical");

-- CreateIndex
CREATE INDEX "subscription_item_tenant_id_started_at_idx" ON "subscription_item"("tenant_id", "started_at");

-- CreateIndex
CREATE INDEX "subscription_item_kind_code_idx" ON "subscription_item"("kind", "code");

-- CreateIndex
CREATE UNIQUE INDEX "subscription_item_tenant_id_kind_code_cause_key" ON "subscription_item"("tenant_id", "kind", "code", "cause");

-- CreateIndex
CREATE INDEX "subscription_period_tenant_id_starts_at_idx" ON "subscription_period"("tenant_id", "starts_at");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_number_key" ON "invoice"("number");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_stripe_invoice_id_key" ON "invoice"("stripe_invoice_id");

-- CreateIndex
CREATE INDEX "invoice_tenant_id_created_at_idx" ON "invoice"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "invoice_status_due_at_idx" ON "invoice"("status", "due_at");

-- CreateIndex
CREATE INDEX "invoice_status_created_at_idx" ON "invoice"("status", "created_at");

-- CreateIndex
CREATE INDEX "invoice_created_at_idx" ON "invoice"("created_at");

-- CreateIndex
CREATE INDEX "invoice_refers_to_id_idx" ON "invoice"("refers_to_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_tenant_id_cause_key" ON "invoice"("tenant_id", "cause");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_kind_year_sequence_key" ON "invoice"("kind", "year", "sequence");

-- CreateIndex
CREATE INDEX "invoice_payment_invoice_id_at_idx" ON "invoice_payment"("invoice_id", "at");

-- CreateIndex
CREATE INDEX "invoice_payment_at_idx" ON "invoice_payment"("at");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_payment_method_kind_reference_key" ON "invoice_payment"("method", "kind", "reference");

-- CreateIndex
CREATE UNIQUE INDEX "credit_entry_tenant_id_cause_key" ON "credit_entry"("tenant_id", "cause");

-- CreateIndex
CREATE INDEX "billing_due_tenant_id_due_at_idx" ON "billing_due"("tenant_id", "due_at");

-- CreateIndex
CREATE UNIQUE INDEX "stripe_customer_customer_id_mode_key" ON "stripe_customer"("customer_id", "mode");

-- CreateIndex
CREATE INDEX "stripe_subscription_tenant_id_idx" ON "stripe_subscription"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "stripe_subscription_subscription_id_mode_key" ON "stripe_subscription"("subscription_id", "mode");

-- CreateIndex
CREATE UNIQUE INDEX "stripe_job_key_key" ON "stripe_job"("key");

-- CreateIndex
CREATE INDEX "stripe_job_tenant_id_created_at_idx" ON "stripe_job"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "stripe_event_object_id_created_at_idx" ON "stripe_event"("object_id", "created_at");

-- CreateIndex
CREATE INDEX "subscription_status_period_end_idx" ON "subscription"("status", "period_end");

-- AddForeignKey
ALTER TABLE "subscription_item" ADD CONSTRAINT "subscription_item_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "subscription"("tenant_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscription_period" ADD CONSTRAINT "subscription_period_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "subscription"("tenant_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_refers_to_id_fkey" FOREIGN KEY ("refers_to_id") REFERENCES "invoice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_line" ADD CONSTRAINT "invoice_line_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_payment" ADD CONSTRAINT "invoice_payment_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the schema language cannot say.

-- Subscriptions that exist already: their period is counted from the day they began.
UPDATE "subscription" SET "anchor_at" = COALESCE("trial_ends_at", "started_at"), "period_start" = "started_at",
  "period_end" = COALESCE("trial_ends_at", "started_at" + interval '1 month'),
  "status" = CASE WHEN "ended_at" IS NOT NULL THEN 'cancelled' WHEN "trial_ends_at" > now() THEN 'trialing' ELSE 'active' END;
ALTER TABLE "subscription" ALTER COLUMN "anchor_at" SET NOT NULL, ALTER COLUMN "period_start" SET NOT NULL, ALTER COLUMN "period_end" SET NOT NULL;
INSERT INTO "plan_version" ("plan_code", "version", "price_amount", "currency_code", "interval", "trial_days", "limits", "metered", "created_at")
  SELECT "code", 1, "price_amount", "currency_code", "interval", "trial_days", "limits", "metered", now() FROM "plan";
INSERT INTO "subscription_item" ("id", "tenant_id", "kind", "code", "version", "price_amount", "currency_code", "cause", "started_at", "ended_at")
  SELECT 'sit_' || substr("tenant_id", 5), "tenant_id", 'plan', "plan_code", 1, "price_amount", "currency_code", 'start', "started_at", "ended_at" FROM "subscription";
INSERT INTO "subscription_period" ("tenant_id", "no", "starts_at", "ends_at")
  SELECT "tenant_id", 1, "period_start", "period_end" FROM "subscription";
INSERT INTO "billing_due" ("kind", "ref", "tenant_id", "due_at")
  SELECT 'renewal', "tenant_id" || ':2', "tenant_id", "period_end" FROM "subscription" WHERE "ended_at" IS NULL;

ALTER TABLE "subscription_item" ADD CONSTRAINT "subscription_item_kind_known" CHECK ("kind" IN ('plan', 'add_on'));
CREATE UNIQUE INDEX "subscription_item_once" ON "subscription_item" ("tenant_id", "kind", "code") WHERE "ended_at" IS NULL;
CREATE UNIQUE INDEX "subscription_one_plan" ON "subscription_item" ("tenant_id") WHERE "kind" = 'plan' AND "ended_at" IS NULL;
ALTER TABLE "plan_version" ADD CONSTRAINT "plan_version_plan_exists" FOREIGN KEY ("plan_code") REFERENCES "plan" ("code");
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_plan_version_exists" FOREIGN KEY ("plan_code", "plan_version") REFERENCES "plan_version" ("plan_code", "version");
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_status_known" CHECK ("status" IN ('trialing', 'active', 'past_due', 'unpaid', 'cancelled'));
ALTER TABLE "subscription" ADD CONSTRAINT "subscription_credit_covered" CHECK ("credit_amount" >= 0);
ALTER TABLE "subscription_period" ADD CONSTRAINT "subscription_period_forward" CHECK ("ends_at" > "starts_at" AND "no" > 0);
ALTER TABLE "billing_profile" ADD CONSTRAINT "billing_profile_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");
ALTER TABLE "credit_entry" ADD CONSTRAINT "credit_entry_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "subscription" ("tenant_id");
CREATE INDEX "billing_due_open" ON "billing_due" ("due_at") WHERE "done_at" IS NULL;
CREATE INDEX "stripe_job_open" ON "stripe_job" ("next_at") WHERE "done_at" IS NULL AND "failed_at" IS NULL;
CREATE INDEX "usage_hour_unrolled" ON "usage_hour" ("tenant_id", "metric", "hour") WHERE "rolled_quantity" <> "quantity";
ALTER TABLE "usage_hour" ADD CONSTRAINT "usage_hour_whole" CHECK ("hour" = date_trunc('hour', "hour", 'UTC') AND "quantity" >= 0);
ALTER TABLE "usage_hour" ADD CONSTRAINT "usage_hour_metric_known" CHECK ("metric" IN ('orders', 'gmv_amount', 'storage_mb'));

-- Invoices: known states; issued ones numbered; what is left to pay is never negative, and nothing once it is settled.
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_kind_known" CHECK ("kind" IN ('invoice', 'credit_note'));
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_status_known" CHECK ("status" IN ('draft', 'open', 'paid', 'void', 'uncollectible'));
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_tax_rule_known" CHECK ("tax_rule" IN ('standard', 'reverse_charge', 'out_of_scope'));
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_numbered" CHECK (("status" = 'draft') = ("number" IS NULL)
  AND ("number" IS NULL) = ("sequence" IS NULL) AND ("number" IS NULL) = ("year" IS NULL) AND ("number" IS NULL) = ("issued_at" IS NULL));
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_adds_up" CHECK ("total_amount" = "subtotal_amount" + "tax_amount" AND "total_amount" >= 0
  AND "credited_amount" BETWEEN 0 AND "total_amount" AND "refunded_amount" BETWEEN 0 AND "paid_amount"
  AND "total_amount" - "credited_amount" - "paid_amount" + "refunded_amount" >= 0);
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_settled" CHECK ("status" <> 'paid' OR "kind" = 'credit_note'
  OR "total_amount" - "credited_amount" - "paid_amount" + "refunded_amount" = 0);
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_credit_refers" CHECK (("kind" = 'credit_note') = ("refers_to_id" IS NOT NULL));
ALTER TABLE "invoice_payment" ADD CONSTRAINT "invoice_payment_positive" CHECK ("amount" > 0 AND "kind" IN ('payment', 'refund')
  AND "method" IN ('bank_transfer', 'credit', 'stripe'));

-- Totals agree with lines, payments and credit notes when the transaction ends; a year's numbers have no gap.
CREATE FUNCTION "invoice_agrees"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed JSONB := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  subject TEXT := CASE WHEN TG_TABLE_NAME = 'invoice' THEN changed ->> 'id' ELSE changed ->> 'invoice_id' END;
  found "invoice"%ROWTYPE;
BEGIN
  SELECT * INTO found FROM "invoice" WHERE "id" = subject;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF (SELECT COALESCE(sum("amount"), 0) FROM "invoice_line" WHERE "invoice_id" = subject) <> found."subtotal_amount"
    OR (SELECT COALESCE(sum("tax_amount"), 0) FROM "invoice_line" WHERE "invoice_id" = subject) <> found."tax_amount"
    OR (SELECT COALESCE(sum("amount"), 0) FROM "invoice_payment" WHERE "invoice_id" = subject AND "kind" = 'payment') <> found."paid_amount"
    OR (SELECT COALESCE(sum("amount"), 0) FROM "invoice_payment" WHERE "invoice_id" = subject AND "kind" = 'refund') <> found."refunded_amount"
    OR (SELECT COALESCE(sum("total_amount"), 0) FROM "invoice" WHERE "refers_to_id" = subject AND "status" <> 'draft') <> found."credited_amount" THEN
    RAISE EXCEPTION 'invoice % does not add up', subject USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_agrees';
  END IF;
  IF found."sequence" > 1 AND NOT EXISTS (SELECT 1 FROM "invoice" WHERE "kind" = found."kind" AND "year" = found."year" AND "sequence" = found."sequence" - 1) THEN
    RAISE EXCEPTION 'invoice % leaves a gap', found."number" USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_without_gaps';
  END IF;
  IF found."refers_to_id" IS NOT NULL AND found."status" <> 'draft' AND
    (SELECT COALESCE(sum("total_amount"), 0) FROM "invoice" WHERE "refers_to_id" = found."refers_to_id" AND "status" <> 'draft')
    <> (SELECT "credited_amount" FROM "invoice" WHERE "id" = found."refers_to_id") THEN
    RAISE EXCEPTION 'credit note % does not add up with its invoice', found."number" USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_agrees';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "invoice_agrees" AFTER INSERT OR UPDATE ON "invoice" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "invoice_agrees"();
CREATE CONSTRAINT TRIGGER "invoice_line_agrees" AFTER INSERT OR UPDATE OR DELETE ON "invoice_line" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "invoice_agrees"();
CREATE CONSTRAINT TRIGGER "invoice_payment_agrees" AFTER INSERT OR UPDATE OR DELETE ON "invoice_payment" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "invoice_agrees"();

-- A tenant's credit is the sum of its entries.
CREATE FUNCTION "credit_agrees"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject TEXT := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
BEGIN
  IF (SELECT COALESCE(sum("amount"), 0) FROM "credit_entry" WHERE "tenant_id" = subject)
    <> COALESCE((SELECT "credit_amount" FROM "subscription" WHERE "tenant_id" = subject), 0) THEN
    RAISE EXCEPTION 'the credit of % does not add up', subject USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_agrees';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "credit_agrees" AFTER INSERT OR UPDATE OR DELETE ON "credit_entry" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "credit_agrees"();
CREATE CONSTRAINT TRIGGER "subscription_credit_agrees" AFTER UPDATE OF "credit_amount" ON "subscription" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "credit_agrees"();

-- What was issued stays as it was issued; payments and plan terms are only added.
CREATE FUNCTION "invoice_issued_stays"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" = 'draft' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'invoice % is issued: it stays', OLD."number" USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (NEW."number", NEW."tenant_id", NEW."kind", NEW."subtotal_amount", NEW."tax_amount", NEW."currency_code", NEW."issued_at", NEW."buyer")
    IS DISTINCT FROM (OLD."number", OLD."tenant_id", OLD."kind", OLD."subtotal_amount", OLD."tax_amount", OLD."currency_code", OLD."issued_at", OLD."buyer")
    OR NEW."status" = 'draft' THEN
    RAISE EXCEPTION 'invoice % is issued: write a credit note', OLD."number" USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "invoice_issued_stays" BEFORE UPDATE OR DELETE ON "invoice" FOR EACH ROW EXECUTE FUNCTION "invoice_issued_stays"();
CREATE FUNCTION "billing_only_grows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "invoice_payment_only_grows" BEFORE UPDATE OR DELETE ON "invoice_payment" FOR EACH ROW EXECUTE FUNCTION "billing_only_grows"();
CREATE TRIGGER "plan_version_only_grows" BEFORE UPDATE OR DELETE ON "plan_version" FOR EACH ROW EXECUTE FUNCTION "billing_only_grows"();
CREATE TRIGGER "credit_entry_only_grows" BEFORE UPDATE OR DELETE ON "credit_entry" FOR EACH ROW EXECUTE FUNCTION "billing_only_grows"();

-- A price for every vertical to start with: change it in the console before selling.
INSERT INTO "add_on" ("vertical", "price_amount", "currency_code", "updated_at") VALUES
  ('restaurant', 9900, 'SAR', now()),
  ('booking', 9900, 'SAR', now()),
  ('event-ticketing', 9900, 'SAR', now()),
  ('auction', 9900, 'SAR', now()),
  ('rental', 9900, 'SAR', now()),
  ('real-estate', 9900, 'SAR', now()),
  ('healthcare', 9900, 'SAR', now()),
  ('education', 9900, 'SAR', now()),
  ('freelance', 9900, 'SAR', now()),
  ('crowdfunding', 9900, 'SAR', now()),
  ('automotive', 9900, 'SAR', now()),
  ('classified', 9900, 'SAR', now()),
  ('affiliate', 9900, 'SAR', now()),
  ('travel', 9900, 'SAR', now()),
  ('charity', 9900, 'SAR', now()),
  ('grocery', 9900, 'SAR', now()),
  ('parking', 9900, 'SAR', now()),
  ('pet-service', 9900, 'SAR', now()),
  ('fitness', 9900, 'SAR', now()),
  ('legal', 9900, 'SAR', now()),
  ('government', 9900, 'SAR', now()),
  ('utilities', 9900, 'SAR', now()),
  ('advertising', 9900, 'SAR', now()),
  ('social-commerce', 9900, 'SAR', now()),
  ('warranty', 9900, 'SAR', now()),
  ('financial-product', 9900, 'SAR', now()),
  ('insurance', 9900, 'SAR', now());
-- What the first plans hold beyond verticals, products, staff, vendors and storage.
UPDATE "plan" SET "limits" = "limits" || '{"orders_month":1000,"domains":1}' WHERE "code" = 'starter';
UPDATE "plan" SET "limits" = "limits" || '{"orders_month":50000,"domains":10}' WHERE "code" = 'standard';
INSERT INTO "plan_version" ("plan_code", "version", "price_amount", "currency_code", "interval", "trial_days", "limits", "metered", "created_at")
  SELECT "code", 2, "price_amount", "currency_code", "interval", "trial_days", "limits", "metered", now() FROM "plan" WHERE "code" IN ('starter', 'standard');
UPDATE "plan" SET "version" = 2 WHERE "code" IN ('starter', 'standard');
