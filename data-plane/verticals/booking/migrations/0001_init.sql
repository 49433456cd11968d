-- CreateTable
CREATE TABLE "booking_policy" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "tiers" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_offering" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "name" JSONB NOT NULL,
    "summary" JSONB NOT NULL DEFAULT '{}',
    "description" JSONB NOT NULL DEFAULT '{}',
    "category" TEXT NOT NULL,
    "picture_file_id" TEXT,
    "picture" JSONB,
    "duration_min" INTEGER NOT NULL,
    "duration_options" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "price_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "pay_at_place" BOOLEAN NOT NULL DEFAULT false,
    "tax_class" TEXT NOT NULL DEFAULT 'standard',
    "buffer_before_min" INTEGER NOT NULL DEFAULT 0,
    "buffer_after_min" INTEGER NOT NULL DEFAULT 0,
    "slot_interval_min" INTEGER NOT NULL DEFAULT 30,
    "lead_time_min" INTEGER NOT NULL DEFAULT 60,
    "horizon_days" INTEGER NOT NULL DEFAULT 60,
    "seats" INTEGER NOT NULL DEFAULT 1,
    "requires_confirmation" BOOLEAN NOT NULL DEFAULT false,
    "confirmation_deadline_min" INTEGER NOT NULL DEFAULT 720,
    "assignment" TEXT NOT NULL DEFAULT 'round_robin',
    "location_kind" TEXT NOT NULL DEFAULT 'at_vendor',
    "address" JSONB,
    "city" TEXT,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "travel_radius_m" INTEGER,
    "meeting_url" TEXT,
    "timezone" TEXT NOT NULL,
    "deposit_bps" INTEGER,
    "no_show_fee_bps" INTEGER,
    "cancellation_policy_id" TEXT,
    "intake_form" JSONB NOT NULL DEFAULT '[]',
    "max_per_day" INTEGER,
    "max_active_per_customer" INTEGER,
    "search_text" TEXT NOT NULL DEFAULT '',
    "published_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_offering_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_provider" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "user_id" TEXT,
    "name" JSONB NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'person',
    "timezone" TEXT NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "gender" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "picture" JSONB,
    "verification" TEXT NOT NULL DEFAULT 'unverified',
    "verification_note" TEXT,
    "feed_secret_index" TEXT,
    "feed_secret" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_provider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_offering_provider" (
    "offering_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,

    CONSTRAINT "booking_offering_provider_pkey" PRIMARY KEY ("offering_id","provider_id")
);

-- CreateTable
CREATE TABLE "booking_offering_resource" (
    "offering_id" TEXT NOT NULL,
    "resource_kind" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "booking_offering_resource_pkey" PRIMARY KEY ("offering_id","resource_kind")
);

-- CreateTable
CREATE TABLE "booking_availability_rule" (
    "id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "weekday" INTEGER NOT NULL,
    "start_minute" INTEGER NOT NULL,
    "end_minute" INTEGER NOT NULL,
    "valid_from" DATE,
    "valid_to" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_availability_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_availability_exception" (
    "id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "date" DATE NOT NULL,
    "kind" TEXT NOT NULL,
    "start_minute" INTEGER NOT NULL,
    "end_minute" INTEGER NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_availability_exception_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_calendar_block" (
    "id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "import_id" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "external_uid" TEXT,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_calendar_block_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_calendar_import" (
    "id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "url_index" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "last_imported_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_calendar_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_slot" (
    "id" TEXT NOT NULL,
    "offering_id" TEXT NOT NULL,
    "lead_provider_id" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_from" TIMESTAMPTZ(3) NOT NULL,
    "blocked_to" TIMESTAMPTZ(3) NOT NULL,
    "provider_ids" TEXT[],
    "capacity" INTEGER NOT NULL,
    "used" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_slot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking" (
    "id" TEXT NOT NULL,
    "reference" CHAR(8) NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "offering_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'held',
    "source" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_from" TIMESTAMPTZ(3) NOT NULL,
    "blocked_to" TIMESTAMPTZ(3) NOT NULL,
    "timezone" TEXT NOT NULL,
    "provider_ids" TEXT[],
    "slot_id" TEXT,
    "seats" INTEGER NOT NULL DEFAULT 1,
    "details" TEXT,
    "contact" TEXT,
    "price_amount" BIGINT NOT NULL,
    "deposit_amount" BIGINT,
    "at_place_amount" BIGINT NOT NULL DEFAULT 0,
    "currency_code" CHAR(3) NOT NULL,
    "payment_plan" TEXT NOT NULL,
    "cancellation_tiers" JSONB,
    "no_show_fee_bps" INTEGER,
    "confirm_by" TIMESTAMPTZ(3),
    "reschedule_of_id" TEXT,
    "series_id" TEXT,
    "meeting_url" TEXT,
    "cart_line_id" TEXT,
    "order_id" TEXT,
    "order_line_id" TEXT,
    "order_number" TEXT,
    "cancel_reason" TEXT,
    "no_show_party" TEXT,
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_assignment" (
    "id" TEXT NOT NULL,
    "booking_id" TEXT,
    "slot_id" TEXT,
    "provider_id" TEXT NOT NULL,
    "blocked_from" TIMESTAMPTZ(3) NOT NULL,
    "blocked_to" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "booking_assignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_seat" (
    "id" TEXT NOT NULL,
    "booking_id" TEXT NOT NULL,
    "slot_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "position" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "booking_seat_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "booking_policy_vendor_id_created_at_idx" ON "booking_policy"("vendor_id", "created_at");

-- CreateIndex
CREATE INDEX "booking_offering_vendor_id_status_created_at_idx" ON "booking_offering"("vendor_id", "status", "created_at");

-- CreateIndex
CREATE INDEX "booking_offering_created_at_idx" ON "booking_offering"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "booking_provider_feed_secret_index_key" ON "booking_provider"("feed_secret_index");

-- CreateIndex
CREATE INDEX "booking_provider_vendor_id_created_at_idx" ON "booking_provider"("vendor_id", "created_at");

-- CreateIndex
CREATE INDEX "booking_provider_verification_created_at_idx" ON "booking_provider"("verification", "created_at");

-- CreateIndex
CREATE INDEX "booking_offering_provider_provider_id_idx" ON "booking_offering_provider"("provider_id");

-- CreateIndex
CREATE INDEX "booking_availability_rule_provider_id_weekday_idx" ON "booking_availability_rule"("provider_id", "weekday");

-- CreateIndex
CREATE INDEX "booking_availability_exception_provider_id_date_idx" ON "booking_availability_exception"("provider_id", "date");

-- CreateIndex
CREATE INDEX "booking_calendar_block_provider_id_starts_at_idx" ON "booking_calendar_block"("provider_id", "starts_at");

-- CreateIndex
CREATE INDEX "booking_calendar_block_import_id_idx" ON "booking_calendar_block"("import_id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_calendar_block_provider_id_external_uid_key" ON "booking_calendar_block"("provider_id", "external_uid");

-- CreateIndex
CREATE UNIQUE INDEX "booking_calendar_import_provider_id_url_index_key" ON "booking_calendar_import"("provider_id", "url_index");

-- CreateIndex
CREATE INDEX "booking_slot_offering_id_starts_at_idx" ON "booking_slot"("offering_id", "starts_at");

-- CreateIndex
CREATE UNIQUE INDEX "booking_reference_key" ON "booking"("reference");

-- CreateIndex
CREATE INDEX "booking_vendor_id_starts_at_idx" ON "booking"("vendor_id", "starts_at");

-- CreateIndex
CREATE INDEX "booking_vendor_id_status_starts_at_idx" ON "booking"("vendor_id", "status", "starts_at");

-- CreateIndex
CREATE INDEX "booking_offering_id_starts_at_idx" ON "booking"("offering_id", "starts_at");

-- CreateIndex
CREATE INDEX "booking_customer_id_starts_at_idx" ON "booking"("customer_id", "starts_at");

-- CreateIndex
CREATE INDEX "booking_starts_at_idx" ON "booking"("starts_at");

-- CreateIndex
CREATE INDEX "booking_status_starts_at_idx" ON "booking"("status", "starts_at");

-- CreateIndex
CREATE INDEX "booking_order_id_idx" ON "booking"("order_id");

-- CreateIndex
CREATE INDEX "booking_reschedule_of_id_idx" ON "booking"("reschedule_of_id");

-- CreateIndex
CREATE INDEX "booking_slot_id_idx" ON "booking"("slot_id");

-- CreateIndex
CREATE INDEX "booking_assignment_booking_id_idx" ON "booking_assignment"("booking_id");

-- CreateIndex
CREATE INDEX "booking_assignment_slot_id_idx" ON "booking_assignment"("slot_id");

-- CreateIndex
CREATE INDEX "booking_assignment_provider_id_blocked_from_idx" ON "booking_assignment"("provider_id", "blocked_from");

-- CreateIndex
CREATE INDEX "booking_seat_slot_id_idx" ON "booking_seat"("slot_id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_seat_booking_id_position_key" ON "booking_seat"("booking_id", "position");

-- AddForeignKey
ALTER TABLE "booking_offering" ADD CONSTRAINT "booking_offering_cancellation_policy_id_fkey" FOREIGN KEY ("cancellation_policy_id") REFERENCES "booking_policy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_offering_provider" ADD CONSTRAINT "booking_offering_provider_offering_id_fkey" FOREIGN KEY ("offering_id") REFERENCES "booking_offering"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_offering_provider" ADD CONSTRAINT "booking_offering_provider_provider_id_fkey" FOREIGN KEY ("provider_id") REFERENCES "booking_provider"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_offering_resource" ADD CONSTRAINT "booking_offering_resource_offering_id_fkey" FOREIGN KEY ("offering_id") REFERENCES "booking_offering"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_assignment" ADD CONSTRAINT "booking_assignment_booking_id_fkey" FOREIGN KEY ("booking_id") REFERENCES "booking"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_assignment" ADD CONSTRAINT "booking_assignment_slot_id_fkey" FOREIGN KEY ("slot_id") REFERENCES "booking_slot"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_seat" ADD CONSTRAINT "booking_seat_booking_id_fkey" FOREIGN KEY ("booking_id") REFERENCES "booking"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Written by hand below this line.

ALTER TABLE "booking_policy" ADD CONSTRAINT "booking_policy_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id");

ALTER TABLE "booking_offering"
  ADD CONSTRAINT "booking_offering_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "booking_offering_status" CHECK ("status" IN ('draft', 'published', 'unpublished', 'archived')),
  ADD CONSTRAINT "booking_offering_assignment" CHECK ("assignment" IN ('fixed', 'round_robin', 'collective', 'customer_choice')),
  ADD CONSTRAINT "booking_offering_location" CHECK ("location_kind" IN ('at_vendor', 'at_customer', 'online', 'phone')),
  ADD CONSTRAINT "booking_offering_price" CHECK ("price_amount" >= 0),
  ADD CONSTRAINT "booking_offering_minutes" CHECK ("duration_min" > 0 AND "buffer_before_min" >= 0 AND "buffer_after_min" >= 0
    AND "slot_interval_min" >= 5 AND "lead_time_min" >= 0 AND "horizon_days" > 0 AND "confirmation_deadline_min" > 0),
  ADD CONSTRAINT "booking_offering_seats" CHECK ("seats" > 0),
  ADD CONSTRAINT "booking_offering_rates" CHECK ("deposit_bps" BETWEEN 1 AND 9999 AND "no_show_fee_bps" BETWEEN 0 AND 10000),
  -- a request is authorised whole and captured when it is accepted; a deposit is captured at once
  ADD CONSTRAINT "booking_offering_deposit" CHECK ("deposit_bps" IS NULL OR NOT ("requires_confirmation" OR "pay_at_place"));
CREATE UNIQUE INDEX "booking_offering_handle" ON "booking_offering" ("handle") WHERE "deleted_at" IS NULL;
-- what shoppers list: by category, by vendor, by position, by word
CREATE INDEX "booking_offering_published" ON "booking_offering" ("published_at" DESC, "id") WHERE "status" = 'published' AND "deleted_at" IS NULL;
CREATE INDEX "booking_offering_category" ON "booking_offering" ("category", "published_at" DESC) WHERE "status" = 'published' AND "deleted_at" IS NULL;
CREATE INDEX "booking_offering_near" ON "booking_offering" USING gist (point("lng", "lat")) WHERE "status" = 'published' AND "deleted_at" IS NULL;
CREATE INDEX "booking_offering_words" ON "booking_offering" USING gin ("search_text" gin_trgm_ops);

ALTER TABLE "booking_provider"
  ADD CONSTRAINT "booking_provider_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "booking_provider_user" FOREIGN KEY ("user_id") REFERENCES "vendor_user" ("id"),
  ADD CONSTRAINT "booking_provider_kind" CHECK ("kind" IN ('person', 'room', 'equipment')),
  ADD CONSTRAINT "booking_provider_weight" CHECK ("weight" > 0),
  ADD CONSTRAINT "booking_provider_verification" CHECK ("verification" IN ('unverified', 'verified', 'rejected'));

ALTER TABLE "booking_offering_resource"
  ADD CONSTRAINT "booking_offering_resource_kind" CHECK ("resource_kind" IN ('room', 'equipment')),
  ADD CONSTRAINT "booking_offering_resource_quantity" CHECK ("quantity" > 0);

ALTER TABLE "booking_availability_rule"
  ADD CONSTRAINT "booking_availability_rule_provider" FOREIGN KEY ("provider_id") REFERENCES "booking_provider" ("id") ON DELETE CASCADE,
  ADD CONSTRAINT "booking_availability_rule_window" CHECK ("weekday" BETWEEN 1 AND 7 AND "start_minute" >= 0 AND "start_minute" < "end_minute" AND "end_minute" <= 1440);

ALTER TABLE "booking_availability_exception"
  ADD CONSTRAINT "booking_availability_exception_provider" FOREIGN KEY ("provider_id") REFERENCES "booking_provider" ("id") ON DELETE CASCADE,
  ADD CONSTRAINT "booking_availability_exception_window" CHECK ("kind" IN ('closed', 'open') AND "start_minute" >= 0 AND "start_minute" < "end_minute" AND "end_minute" <= 1440);

ALTER TABLE "booking_calendar_import"
  ADD CONSTRAINT "booking_calendar_import_provider" FOREIGN KEY ("provider_id") REFERENCES "booking_provider" ("id") ON DELETE CASCADE;

ALTER TABLE "booking_calendar_block"
  ADD CONSTRAINT "booking_calendar_block_provider" FOREIGN KEY ("provider_id") REFERENCES "booking_provider" ("id") ON DELETE CASCADE,
  ADD CONSTRAINT "booking_calendar_block_import" FOREIGN KEY ("import_id") REFERENCES "booking_calendar_import" ("id") ON DELETE CASCADE,
  ADD CONSTRAINT "booking_calendar_block_source" CHECK ("source" IN ('manual', 'ical', 'external')),
  ADD CONSTRAINT "booking_calendar_block_during" CHECK ("starts_at" < "ends_at");

ALTER TABLE "booking_slot"
  ADD CONSTRAINT "booking_slot_offering" FOREIGN KEY ("offering_id") REFERENCES "booking_offering" ("id"),
  ADD CONSTRAINT "booking_slot_during" CHECK ("starts_at" < "ends_at" AND "blocked_from" <= "starts_at" AND "blocked_to" >= "ends_at"),
  -- K1: no seat is sold twice
  ADD CONSTRAINT "booking_slot_used" CHECK ("used" BETWEEN 0 AND "capacity"),
  ADD CONSTRAINT "booking_slot_status" CHECK ("status" IN ('open', 'closed'));
CREATE UNIQUE INDEX "booking_slot_one_open" ON "booking_slot" ("offering_id", "lead_provider_id", "starts_at", "ends_at") WHERE "status" = 'open';

ALTER TABLE "booking"
  ADD CONSTRAINT "booking_offering_fk" FOREIGN KEY ("offering_id") REFERENCES "booking_offering" ("id"),
  ADD CONSTRAINT "booking_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "booking_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
  ADD CONSTRAINT "booking_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id"),
  ADD CONSTRAINT "booking_order_line" FOREIGN KEY ("order_line_id") REFERENCES "order_line" ("id"),
  ADD CONSTRAINT "booking_slot_fk" FOREIGN KEY ("slot_id") REFERENCES "booking_slot" ("id"),
  ADD CONSTRAINT "booking_rescheduled_from" FOREIGN KEY ("reschedule_of_id") REFERENCES "booking" ("id"),
  ADD CONSTRAINT "booking_status" CHECK ("status" IN ('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress', 'completed', 'declined', 'cancelled', 'expired', 'rescheduled', 'no_show')),
  ADD CONSTRAINT "booking_source" CHECK ("source" IN ('checkout', 'vendor')),
  ADD CONSTRAINT "booking_during" CHECK ("starts_at" < "ends_at" AND "blocked_from" <= "starts_at" AND "blocked_to" >= "ends_at"),
  ADD CONSTRAINT "booking_seats" CHECK ("seats" > 0),
  ADD CONSTRAINT "booking_amounts" CHECK ("price_amount" >= 0 AND "deposit_amount" >= 0 AND "at_place_amount" >= 0),
  ADD CONSTRAINT "booking_no_show_party" CHECK ("no_show_party" IN ('customer', 'provider'));
-- K5: one hold per cart line, one live booking per order line, one successor per booking
CREATE UNIQUE INDEX "booking_one_per_cart_line" ON "booking" ("cart_line_id") WHERE "status" = 'held';
CREATE UNIQUE INDEX "booking_one_per_order_line" ON "booking" ("order_line_id") WHERE "status" <> 'rescheduled';
CREATE UNIQUE INDEX "booking_one_successor" ON "booking" ("reschedule_of_id") WHERE "reschedule_of_id" IS NOT NULL;
-- requests whose time to answer has run out, ended inline before a claim is refused
CREATE INDEX "booking_unanswered" ON "booking" ("confirm_by") WHERE "status" = 'pending_confirmation';

ALTER TABLE "booking_assignment"
  ADD CONSTRAINT "booking_assignment_provider" FOREIGN KEY ("provider_id") REFERENCES "booking_provider" ("id"),
  ADD CONSTRAINT "booking_assignment_holder" CHECK (num_nonnulls("booking_id", "slot_id") = 1),
  -- K2: no provider serves twice at a time; a hold and a request occupy as a confirmed booking does
  ADD CONSTRAINT "booking_assignment_free" EXCLUDE USING gist ("provider_id" WITH =, tstzrange("blocked_from", "blocked_to") WITH &&)
    WHERE ("status" IN ('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress'));

ALTER TABLE "booking_seat" ADD CONSTRAINT "booking_seat_slot" FOREIGN KEY ("slot_id") REFERENCES "booking_slot" ("id");

-- What occupies follows the booking's state whoever changes it, in the same statement.
CREATE FUNCTION booking_assignment_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE booking_assignment SET status = NEW.status WHERE booking_id = NEW.id;
  UPDATE booking_seat SET status = NEW.status, updated_at = NEW.updated_at WHERE booking_id = NEW.id AND NEW.slot_id IS NOT NULL AND status <> 'cancelled';
  RETURN NULL;
END $$;
CREATE TRIGGER "booking_assignment_follows" AFTER UPDATE OF "status" ON "booking"
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION booking_assignment_follow();
