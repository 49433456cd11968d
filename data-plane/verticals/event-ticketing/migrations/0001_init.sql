-- CreateTable
CREATE TABLE "event_venue" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "address" JSONB NOT NULL DEFAULT '{}',
    "accessibility" JSONB NOT NULL DEFAULT '{}',
    "city" TEXT NOT NULL,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "capacity" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "event_venue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_event" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "title" JSONB NOT NULL,
    "description" JSONB NOT NULL DEFAULT '{}',
    "category" TEXT NOT NULL,
    "venue_id" TEXT,
    "city" TEXT,
    "timezone" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "doors_at" TIMESTAMPTZ(3),
    "last_ends_at" TIMESTAMPTZ(3) NOT NULL,
    "presale_start" TIMESTAMPTZ(3),
    "presale_end" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'draft',
    "status_reason" TEXT,
    "is_series" BOOLEAN NOT NULL DEFAULT false,
    "age_min" INTEGER,
    "gender_policy" TEXT NOT NULL DEFAULT 'all',
    "refund_tiers" JSONB NOT NULL DEFAULT '[]',
    "max_tickets_per_order" INTEGER NOT NULL DEFAULT 10,
    "resale_allowed" BOOLEAN NOT NULL DEFAULT true,
    "show_remaining" BOOLEAN NOT NULL DEFAULT false,
    "waiting_list_enabled" BOOLEAN NOT NULL DEFAULT true,
    "licence_no" TEXT,
    "online_url" TEXT,
    "currency_code" CHAR(3) NOT NULL,
    "fee_amount" BIGINT,
    "fee_bps" INTEGER,
    "price_from_amount" BIGINT,
    "price_to_amount" BIGINT,
    "seat_map_id" TEXT,
    "picture_file_id" TEXT,
    "picture" JSONB,
    "sales_frozen_at" TIMESTAMPTZ(3),
    "sales_frozen_reason" TEXT,
    "postponed_at" TIMESTAMPTZ(3),
    "refund_until" TIMESTAMPTZ(3),
    "advanced_bps" INTEGER NOT NULL DEFAULT 0,
    "payout_released_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "event_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_date" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "doors_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'scheduled',
    "reminded_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_date_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_ticket_type" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "description" JSONB NOT NULL DEFAULT '{}',
    "kind" TEXT NOT NULL DEFAULT 'admission',
    "price_amount" BIGINT NOT NULL,
    "seated" BOOLEAN NOT NULL DEFAULT false,
    "min_per_order" INTEGER NOT NULL DEFAULT 1,
    "max_per_order" INTEGER NOT NULL DEFAULT 10,
    "available_from" TIMESTAMPTZ(3),
    "available_to" TIMESTAMPTZ(3),
    "requires_parent" TEXT[],
    "hide_without_voucher" BOOLEAN NOT NULL DEFAULT false,
    "attendee_fields" JSONB NOT NULL DEFAULT '[]',
    "attendee_names" BOOLEAN NOT NULL DEFAULT false,
    "tax_class" TEXT NOT NULL DEFAULT 'standard',
    "checkin_allowed_entries" INTEGER NOT NULL DEFAULT 1,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_ticket_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_price_tier" (
    "id" TEXT NOT NULL,
    "ticket_type_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "price_amount" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3),
    "quantity" INTEGER,
    "used" INTEGER NOT NULL DEFAULT 0,
    "retired_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_price_tier_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_seat_category_price" (
    "ticket_type_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "price_amount" BIGINT NOT NULL,

    CONSTRAINT "event_seat_category_price_pkey" PRIMARY KEY ("ticket_type_id","category")
);

-- CreateTable
CREATE TABLE "event_quota" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_date_id" TEXT,
    "name" TEXT NOT NULL,
    "size" INTEGER,
    "used" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_quota_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_quota_ticket_type" (
    "quota_id" TEXT NOT NULL,
    "ticket_type_id" TEXT NOT NULL,

    CONSTRAINT "event_quota_ticket_type_pkey" PRIMARY KEY ("ticket_type_id","quota_id")
);

-- CreateTable
CREATE TABLE "event_seat_map" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "venue_id" TEXT,
    "name" TEXT NOT NULL,
    "layout" JSONB NOT NULL,
    "seat_count" INTEGER NOT NULL,
    "categories" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_seat_map_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_seat" (
    "id" TEXT NOT NULL,
    "event_date_id" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "status" CHAR(1) NOT NULL DEFAULT 'f',
    "cart_line_id" TEXT,

    CONSTRAINT "event_seat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_voucher" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "effect" TEXT NOT NULL DEFAULT 'none',
    "value" BIGINT NOT NULL DEFAULT 0,
    "max_usages" INTEGER NOT NULL DEFAULT 1,
    "redeemed" INTEGER NOT NULL DEFAULT 0,
    "blocks_quota" BOOLEAN NOT NULL DEFAULT false,
    "ticket_type_id" TEXT,
    "event_date_id" TEXT,
    "valid_until" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'active',
    "waiting_id" TEXT,
    "comment" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_voucher_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_waiting_entry" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "ticket_type_id" TEXT NOT NULL,
    "event_date_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "email" TEXT NOT NULL,
    "email_index" TEXT NOT NULL,
    "phone" TEXT,
    "locale" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "voucher_id" TEXT,
    "offered_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_waiting_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_ticket" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_date_id" TEXT NOT NULL,
    "ticket_type_id" TEXT NOT NULL,
    "seat_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "cart_line_id" TEXT NOT NULL,
    "order_id" TEXT,
    "order_number" TEXT,
    "order_line_id" TEXT,
    "customer_id" TEXT,
    "attendee" TEXT,
    "email_index" TEXT,
    "currency_code" CHAR(3) NOT NULL,
    "price_amount" BIGINT NOT NULL,
    "fee_amount" BIGINT NOT NULL,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "tier_id" TEXT,
    "voucher_id" TEXT,
    "secret" TEXT,
    "secret_hash" TEXT,
    "parent_ticket_id" TEXT,
    "transferred_from_id" TEXT,
    "transfer_history" JSONB NOT NULL DEFAULT '[]',
    "entries" INTEGER NOT NULL DEFAULT 0,
    "inside" BOOLEAN NOT NULL DEFAULT false,
    "checked_in_at" TIMESTAMPTZ(3),
    "fulfilled_at" TIMESTAMPTZ(3),
    "locale" TEXT NOT NULL DEFAULT 'en',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_checkin_list" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_date_id" TEXT,
    "name" TEXT NOT NULL,
    "ticket_type_ids" TEXT[],
    "allow_exit" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_checkin_list_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_checkin" (
    "id" TEXT NOT NULL,
    "list_id" TEXT NOT NULL,
    "ticket_id" TEXT,
    "kind" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "user_id" TEXT,
    "first_at" TIMESTAMPTZ(3),
    "scanned_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_checkin_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_refund_batch" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_date_id" TEXT,
    "reason" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'running',
    "currency_code" CHAR(3) NOT NULL,
    "refunded_amount" BIGINT NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "event_refund_batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_refund_item" (
    "batch_id" TEXT NOT NULL,
    "order_line_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_refund_item_pkey" PRIMARY KEY ("batch_id","order_line_id")
);

-- CreateIndex
CREATE INDEX "event_date_event_id_starts_at_idx" ON "event_date"("event_id", "starts_at");

-- CreateIndex
CREATE INDEX "event_date_starts_at_id_idx" ON "event_date"("starts_at", "id");

-- CreateIndex
CREATE INDEX "event_ticket_type_event_id_position_idx" ON "event_ticket_type"("event_id", "position");

-- CreateIndex
CREATE INDEX "event_price_tier_ticket_type_id_position_idx" ON "event_price_tier"("ticket_type_id", "position");

-- CreateIndex
CREATE INDEX "event_quota_event_id_idx" ON "event_quota"("event_id");

-- CreateIndex
CREATE INDEX "event_quota_ticket_type_quota_id_idx" ON "event_quota_ticket_type"("quota_id");

-- CreateIndex
CREATE INDEX "event_seat_map_vendor_id_created_at_idx" ON "event_seat_map"("vendor_id", "created_at");

-- CreateIndex
CREATE INDEX "event_voucher_event_id_created_at_idx" ON "event_voucher"("event_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "event_voucher_event_id_code_key" ON "event_voucher"("event_id", "code");

-- CreateIndex
CREATE INDEX "event_waiting_entry_email_index_idx" ON "event_waiting_entry"("email_index");

-- CreateIndex
CREATE INDEX "event_waiting_entry_customer_id_idx" ON "event_waiting_entry"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "event_ticket_code_key" ON "event_ticket"("code");

-- CreateIndex
CREATE UNIQUE INDEX "event_ticket_secret_hash_key" ON "event_ticket"("secret_hash");

-- CreateIndex
CREATE INDEX "event_ticket_cart_line_id_idx" ON "event_ticket"("cart_line_id");

-- CreateIndex
CREATE INDEX "event_ticket_order_line_id_idx" ON "event_ticket"("order_line_id");

-- CreateIndex
CREATE INDEX "event_ticket_customer_id_idx" ON "event_ticket"("customer_id");

-- CreateIndex
CREATE INDEX "event_ticket_email_index_idx" ON "event_ticket"("email_index");

-- CreateIndex
CREATE INDEX "event_ticket_event_id_created_at_id_idx" ON "event_ticket"("event_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "event_ticket_event_id_order_number_idx" ON "event_ticket"("event_id", "order_number");

-- CreateIndex
CREATE INDEX "event_ticket_event_date_id_updated_at_id_idx" ON "event_ticket"("event_date_id", "updated_at", "id");

-- CreateIndex
CREATE INDEX "event_ticket_ticket_type_id_status_idx" ON "event_ticket"("ticket_type_id", "status");

-- CreateIndex
CREATE INDEX "event_checkin_list_event_id_idx" ON "event_checkin_list"("event_id");

-- CreateIndex
CREATE INDEX "event_checkin_list_id_received_at_id_idx" ON "event_checkin"("list_id", "received_at", "id");

-- CreateIndex
CREATE INDEX "event_checkin_ticket_id_idx" ON "event_checkin"("ticket_id");

-- CreateIndex
CREATE UNIQUE INDEX "event_checkin_list_id_nonce_key" ON "event_checkin"("list_id", "nonce");

-- CreateIndex
CREATE INDEX "event_refund_batch_event_id_idx" ON "event_refund_batch"("event_id");

-- CreateIndex
CREATE INDEX "event_refund_batch_created_at_id_idx" ON "event_refund_batch"("created_at", "id");

-- AddForeignKey
ALTER TABLE "event_event" ADD CONSTRAINT "event_event_venue_id_fkey" FOREIGN KEY ("venue_id") REFERENCES "event_venue"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_event" ADD CONSTRAINT "event_event_seat_map_id_fkey" FOREIGN KEY ("seat_map_id") REFERENCES "event_seat_map"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_date" ADD CONSTRAINT "event_date_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_ticket_type" ADD CONSTRAINT "event_ticket_type_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_price_tier" ADD CONSTRAINT "event_price_tier_ticket_type_id_fkey" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_seat_category_price" ADD CONSTRAINT "event_seat_category_price_ticket_type_id_fkey" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_quota" ADD CONSTRAINT "event_quota_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_quota" ADD CONSTRAINT "event_quota_event_date_id_fkey" FOREIGN KEY ("event_date_id") REFERENCES "event_date"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_quota_ticket_type" ADD CONSTRAINT "event_quota_ticket_type_quota_id_fkey" FOREIGN KEY ("quota_id") REFERENCES "event_quota"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_quota_ticket_type" ADD CONSTRAINT "event_quota_ticket_type_ticket_type_id_fkey" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_seat" ADD CONSTRAINT "event_seat_event_date_id_fkey" FOREIGN KEY ("event_date_id") REFERENCES "event_date"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_voucher" ADD CONSTRAINT "event_voucher_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_waiting_entry" ADD CONSTRAINT "event_waiting_entry_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_waiting_entry" ADD CONSTRAINT "event_waiting_entry_ticket_type_id_fkey" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_waiting_entry" ADD CONSTRAINT "event_waiting_entry_event_date_id_fkey" FOREIGN KEY ("event_date_id") REFERENCES "event_date"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_ticket" ADD CONSTRAINT "event_ticket_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_ticket" ADD CONSTRAINT "event_ticket_event_date_id_fkey" FOREIGN KEY ("event_date_id") REFERENCES "event_date"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_ticket" ADD CONSTRAINT "event_ticket_ticket_type_id_fkey" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_checkin_list" ADD CONSTRAINT "event_checkin_list_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_checkin" ADD CONSTRAINT "event_checkin_list_id_fkey" FOREIGN KEY ("list_id") REFERENCES "event_checkin_list"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_checkin" ADD CONSTRAINT "event_checkin_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "event_ticket"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_refund_batch" ADD CONSTRAINT "event_refund_batch_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "event_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event_refund_item" ADD CONSTRAINT "event_refund_item_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "event_refund_batch"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- Written by hand below this line.

ALTER TABLE "event_venue"
  ADD CONSTRAINT "event_venue_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id");
CREATE INDEX "event_venue_list" ON "event_venue" ("vendor_id", "created_at" DESC, "id") WHERE "deleted_at" IS NULL;
CREATE UNIQUE INDEX "event_venue_handle" ON "event_venue" ("vendor_id", "handle") WHERE "deleted_at" IS NULL;

ALTER TABLE "event_seat_map"
  ADD CONSTRAINT "event_seat_map_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "event_seat_map_venue" FOREIGN KEY ("venue_id") REFERENCES "event_venue" ("id"),
  ADD CONSTRAINT "event_seat_map_seats" CHECK ("seat_count" BETWEEN 1 AND 50000);

ALTER TABLE "event_event"
  ADD CONSTRAINT "event_event_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "event_event_status" CHECK ("status" IN ('draft', 'submitted', 'approved', 'on_sale', 'sold_out', 'closed', 'finished', 'postponed', 'cancelled')),
  ADD CONSTRAINT "event_event_times" CHECK ("ends_at" > "starts_at"),
  ADD CONSTRAINT "event_event_fee" CHECK (("fee_amount" IS NULL) = ("fee_bps" IS NULL) AND coalesce("fee_amount", 0) >= 0 AND coalesce("fee_bps", 0) BETWEEN 0 AND 5000),
  ADD CONSTRAINT "event_event_advance" CHECK ("advanced_bps" BETWEEN 0 AND 10000),
  ADD CONSTRAINT "event_event_most" CHECK ("max_tickets_per_order" BETWEEN 1 AND 50);
CREATE UNIQUE INDEX "event_event_handle" ON "event_event" ("handle") WHERE "deleted_at" IS NULL;
-- lists of the shop: what is on sale or soon will be, soonest first
CREATE INDEX "event_event_coming" ON "event_event" ("starts_at", "id") WHERE "status" IN ('approved', 'on_sale', 'sold_out', 'closed', 'postponed') AND "deleted_at" IS NULL;
CREATE INDEX "event_event_price" ON "event_event" ("price_from_amount", "id") WHERE "status" IN ('approved', 'on_sale', 'sold_out', 'closed', 'postponed') AND "deleted_at" IS NULL;
CREATE INDEX "event_event_vendor_list" ON "event_event" ("vendor_id", "starts_at" DESC, "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "event_event_admin_list" ON "event_event" ("starts_at" DESC, "id") WHERE "deleted_at" IS NULL;

ALTER TABLE "event_date"
  ADD CONSTRAINT "event_date_status" CHECK ("status" IN ('scheduled', 'cancelled', 'finished')),
  ADD CONSTRAINT "event_date_times" CHECK ("ends_at" > "starts_at" AND coalesce("doors_at", "starts_at") <= "starts_at");

ALTER TABLE "event_ticket_type"
  ADD CONSTRAINT "event_ticket_type_kind" CHECK ("kind" IN ('admission', 'add_on', 'bundle')),
  ADD CONSTRAINT "event_ticket_type_price" CHECK ("price_amount" >= 0),
  ADD CONSTRAINT "event_ticket_type_order" CHECK ("min_per_order" >= 1 AND "max_per_order" >= "min_per_order"),
  ADD CONSTRAINT "event_ticket_type_entries" CHECK ("checkin_allowed_entries" >= 1);

-- K1: an early price is never given more often than it was meant
ALTER TABLE "event_price_tier"
  ADD CONSTRAINT "event_price_tier_price" CHECK ("price_amount" >= 0),
  ADD CONSTRAINT "event_price_tier_ends" CHECK ("until" IS NOT NULL OR "quantity" IS NOT NULL),
  ADD CONSTRAINT "event_price_tier_used" CHECK ("used" >= 0);

ALTER TABLE "event_seat_category_price" ADD CONSTRAINT "event_seat_category_price_amount" CHECK ("price_amount" >= 0);

-- K1 is the conditional update; a size may be lowered below what is used (it then sells nothing), so there is no CHECK on it
ALTER TABLE "event_quota" ADD CONSTRAINT "event_quota_used" CHECK ("used" >= 0 AND coalesce("size", 0) >= 0);

ALTER TABLE "event_seat" ADD CONSTRAINT "event_seat_status" CHECK ("status" IN ('f', 'h', 's', 'b'));
ALTER TABLE "event_seat" ADD CONSTRAINT "event_seat_taken" CHECK (("status" IN ('h', 's')) = ("cart_line_id" IS NOT NULL));
-- the whole plan's letters are read from this index alone
CREATE UNIQUE INDEX "event_seat_plan" ON "event_seat" ("event_date_id", "ordinal") INCLUDE ("status");
CREATE INDEX "event_seat_line" ON "event_seat" ("cart_line_id") WHERE "cart_line_id" IS NOT NULL;

ALTER TABLE "event_voucher"
  ADD CONSTRAINT "event_voucher_type" FOREIGN KEY ("ticket_type_id") REFERENCES "event_ticket_type" ("id"),
  ADD CONSTRAINT "event_voucher_date" FOREIGN KEY ("event_date_id") REFERENCES "event_date" ("id"),
  ADD CONSTRAINT "event_voucher_effect" CHECK ("effect" IN ('set_price', 'percent', 'amount', 'none')),
  ADD CONSTRAINT "event_voucher_status" CHECK ("status" IN ('active', 'expired', 'withdrawn')),
  -- K1: never used more often than allowed
  ADD CONSTRAINT "event_voucher_redeemed" CHECK ("redeemed" >= 0 AND "redeemed" <= "max_usages"),
  ADD CONSTRAINT "event_voucher_blocks" CHECK (NOT "blocks_quota" OR ("ticket_type_id" IS NOT NULL AND "event_date_id" IS NOT NULL));
CREATE INDEX "event_voucher_code" ON "event_voucher" ("code") WHERE "status" = 'active';

ALTER TABLE "event_waiting_entry"
  ADD CONSTRAINT "event_waiting_entry_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
  ADD CONSTRAINT "event_waiting_entry_voucher" FOREIGN KEY ("voucher_id") REFERENCES "event_voucher" ("id"),
  ADD CONSTRAINT "event_waiting_entry_status" CHECK ("status" IN ('waiting', 'offered', 'redeemed', 'expired', 'left')),
  ADD CONSTRAINT "event_waiting_entry_quantity" CHECK ("quantity" BETWEEN 1 AND 10);
-- K5: one live place per address, type and date
CREATE UNIQUE INDEX "event_waiting_entry_live" ON "event_waiting_entry" ("ticket_type_id", "event_date_id", "email_index") WHERE "status" IN ('waiting', 'offered');
-- who is next
CREATE INDEX "event_waiting_entry_queue" ON "event_waiting_entry" ("event_id", "priority" DESC, "created_at", "id") WHERE "status" = 'waiting';
CREATE INDEX "event_waiting_entry_claims" ON "event_waiting_entry" ("ticket_type_id", "event_date_id") WHERE "status" = 'waiting';
CREATE INDEX "event_waiting_entry_list" ON "event_waiting_entry" ("event_id", "priority" DESC, "created_at", "id");

ALTER TABLE "event_ticket"
  ADD CONSTRAINT "event_ticket_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id"),
  ADD CONSTRAINT "event_ticket_order_line" FOREIGN KEY ("order_line_id") REFERENCES "order_line" ("id"),
  ADD CONSTRAINT "event_ticket_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
  ADD CONSTRAINT "event_ticket_seat" FOREIGN KEY ("seat_id") REFERENCES "event_seat" ("id"),
  ADD CONSTRAINT "event_ticket_tier" FOREIGN KEY ("tier_id") REFERENCES "event_price_tier" ("id"),
  ADD CONSTRAINT "event_ticket_voucher" FOREIGN KEY ("voucher_id") REFERENCES "event_voucher" ("id"),
  ADD CONSTRAINT "event_ticket_parent" FOREIGN KEY ("parent_ticket_id") REFERENCES "event_ticket" ("id"),
  ADD CONSTRAINT "event_ticket_transferred" FOREIGN KEY ("transferred_from_id") REFERENCES "event_ticket" ("id"),
  ADD CONSTRAINT "event_ticket_status" CHECK ("status" IN ('pending', 'valid', 'checked_in', 'transferred', 'refunded', 'cancelled', 'blocked', 'expired')),
  ADD CONSTRAINT "event_ticket_amounts" CHECK ("fee_amount" BETWEEN 0 AND "price_amount" AND "refunded_amount" BETWEEN 0 AND "price_amount"),
  ADD CONSTRAINT "event_ticket_sold" CHECK ("status" = 'pending' OR ("order_line_id" IS NOT NULL AND "secret_hash" IS NOT NULL));
-- K5: no seat in two live tickets
CREATE UNIQUE INDEX "event_ticket_one_per_seat" ON "event_ticket" ("seat_id") WHERE "seat_id" IS NOT NULL AND "status" IN ('pending', 'valid', 'checked_in', 'blocked');
CREATE INDEX "event_ticket_of_order" ON "event_ticket" ("order_id") WHERE "order_id" IS NOT NULL;
CREATE INDEX "event_ticket_parent" ON "event_ticket" ("parent_ticket_id") WHERE "parent_ticket_id" IS NOT NULL;
CREATE INDEX "event_ticket_voucher" ON "event_ticket" ("voucher_id") WHERE "voucher_id" IS NOT NULL;
-- lines whose money waits for the end of the event
CREATE INDEX "event_ticket_unfulfilled" ON "event_ticket" ("event_date_id", "order_line_id") WHERE "fulfilled_at" IS NULL AND "status" IN ('valid', 'checked_in', 'blocked', 'expired');

ALTER TABLE "event_checkin_list" ADD CONSTRAINT "event_checkin_list_date" FOREIGN KEY ("event_date_id") REFERENCES "event_date" ("id");
ALTER TABLE "event_checkin"
  ADD CONSTRAINT "event_checkin_kind" CHECK ("kind" IN ('entry', 'exit'));

ALTER TABLE "event_refund_batch"
  ADD CONSTRAINT "event_refund_batch_date" FOREIGN KEY ("event_date_id") REFERENCES "event_date" ("id"),
  ADD CONSTRAINT "event_refund_batch_status" CHECK ("status" IN ('running', 'done', 'stuck'));
-- a line is refunded by one batch only
CREATE UNIQUE INDEX "event_refund_item_once" ON "event_refund_item" ("order_line_id");
CREATE INDEX "event_refund_item_open" ON "event_refund_item" ("batch_id", "order_line_id") WHERE "status" = 'pending';
ALTER TABLE "event_refund_item"
  ADD CONSTRAINT "event_refund_item_line" FOREIGN KEY ("order_line_id") REFERENCES "order_line" ("id"),
  ADD CONSTRAINT "event_refund_item_status" CHECK ("status" IN ('pending', 'done', 'failed'));

-- the record of scans is append-only
REVOKE UPDATE, DELETE ON "event_checkin" FROM cityos_app;
