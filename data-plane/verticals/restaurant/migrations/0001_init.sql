-- CreateTable
CREATE TABLE "restaurant" (
    "id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "tagline" JSONB NOT NULL DEFAULT '{}',
    "description" JSONB NOT NULL DEFAULT '{}',
    "cuisine_codes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "dietary_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "lat" DOUBLE PRECISION NOT NULL,
    "lng" DOUBLE PRECISION NOT NULL,
    "address" TEXT NOT NULL DEFAULT '',
    "phone" TEXT,
    "picture_file_id" TEXT,
    "picture" JSONB,
    "services" TEXT[],
    "prep_minutes" INTEGER NOT NULL,
    "delivery_minutes" INTEGER NOT NULL,
    "slot_minutes" INTEGER NOT NULL DEFAULT 15,
    "max_orders_per_slot" JSONB NOT NULL,
    "max_prep_points_per_slot" INTEGER NOT NULL,
    "lead_minutes" INTEGER NOT NULL DEFAULT 0,
    "future_days" INTEGER NOT NULL DEFAULT 7,
    "accept_timeout_s" INTEGER NOT NULL DEFAULT 300,
    "auto_accept" BOOLEAN NOT NULL DEFAULT false,
    "cancel_fee_bps" INTEGER NOT NULL DEFAULT 0,
    "is_paused" BOOLEAN NOT NULL DEFAULT false,
    "rush_extra_minutes" INTEGER NOT NULL DEFAULT 0,
    "paused_until" TIMESTAMPTZ(3),
    "commercial_reg_no" TEXT,
    "municipal_licence_no" TEXT,
    "licence_checked_at" TIMESTAMPTZ(3),
    "licence_valid_until" TIMESTAMPTZ(3),
    "takes_reservations" BOOLEAN NOT NULL DEFAULT false,
    "party_max" INTEGER NOT NULL DEFAULT 8,
    "auto_confirm_party" INTEGER NOT NULL DEFAULT 6,
    "sitting_minutes" INTEGER NOT NULL DEFAULT 120,
    "reservation_step_minutes" INTEGER NOT NULL DEFAULT 30,
    "reservation_deposit_amount" BIGINT NOT NULL DEFAULT 0,
    "reservation_cancellation_tiers" JSONB NOT NULL DEFAULT '[]',
    "currency_code" CHAR(3) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "status_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "restaurant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_opening_hours" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "weekday" INTEGER NOT NULL,
    "opens_at" TEXT NOT NULL,
    "closes_at" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restaurant_opening_hours_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_opening_exception" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "service" TEXT,
    "from_date" TEXT NOT NULL,
    "to_date" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "opens_at" TEXT,
    "closes_at" TEXT,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_opening_exception_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_mealtime" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "weekdays" INTEGER[],
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "from_date" TEXT,
    "to_date" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_mealtime_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_delivery_area" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "polygon" JSONB NOT NULL,
    "min_lat" DOUBLE PRECISION NOT NULL,
    "max_lat" DOUBLE PRECISION NOT NULL,
    "min_lng" DOUBLE PRECISION NOT NULL,
    "max_lng" DOUBLE PRECISION NOT NULL,
    "fee_amount" BIGINT NOT NULL,
    "minimum_order_amount" BIGINT NOT NULL,
    "free_over_amount" BIGINT,
    "max_distance_m" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_delivery_area_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_menu_category" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "description" JSONB NOT NULL DEFAULT '{}',
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_menu_category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_menu_item" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "category_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "description" JSONB NOT NULL DEFAULT '{}',
    "price_amount" BIGINT NOT NULL,
    "prep_points" INTEGER NOT NULL DEFAULT 1,
    "calories_kcal" INTEGER,
    "allergens" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "dietary_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "mealtime_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "max_per_order" INTEGER,
    "daily_limit" INTEGER,
    "sold_out_until" TIMESTAMPTZ(3),
    "tax_class" TEXT NOT NULL DEFAULT 'standard',
    "picture_file_id" TEXT,
    "picture" JSONB,
    "position" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "restaurant_menu_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_daily_item_counter" (
    "item_id" TEXT NOT NULL,
    "business_date" TEXT NOT NULL,
    "sold" INTEGER NOT NULL DEFAULT 0,
    "cap" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restaurant_daily_item_counter_pkey" PRIMARY KEY ("item_id","business_date")
);

-- CreateTable
CREATE TABLE "restaurant_modifier_group" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "min_select" INTEGER NOT NULL DEFAULT 0,
    "max_select" INTEGER NOT NULL DEFAULT 1,
    "free_quantity" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_modifier_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_modifier_option" (
    "id" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "price_delta_amount" BIGINT NOT NULL DEFAULT 0,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "sold_out" BOOLEAN NOT NULL DEFAULT false,
    "nested_group_id" TEXT,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restaurant_modifier_option_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_menu_item_modifier_group" (
    "item_id" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "min_select" INTEGER,
    "max_select" INTEGER,
    "free_quantity" INTEGER,

    CONSTRAINT "restaurant_menu_item_modifier_group_pkey" PRIMARY KEY ("item_id","group_id")
);

-- CreateTable
CREATE TABLE "restaurant_kitchen_slot" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "orders_used" INTEGER NOT NULL DEFAULT 0,
    "orders_cap" INTEGER NOT NULL,
    "points_used" INTEGER NOT NULL DEFAULT 0,
    "points_cap" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restaurant_kitchen_slot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_food_order" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "order_id" TEXT,
    "order_number" TEXT,
    "order_line_id" TEXT,
    "sub_order_id" TEXT,
    "customer_id" TEXT,
    "cart_line_id" TEXT NOT NULL,
    "call_number" TEXT NOT NULL DEFAULT '',
    "service" TEXT NOT NULL,
    "kitchen_slot_id" TEXT NOT NULL,
    "asap" BOOLEAN NOT NULL,
    "promised_ready_at" TIMESTAMPTZ(3) NOT NULL,
    "promised_delivery_at" TIMESTAMPTZ(3),
    "address" TEXT,
    "courier_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'held',
    "reason" TEXT,
    "accept_by" TIMESTAMPTZ(3),
    "accept_timeout_s" INTEGER NOT NULL,
    "auto_accept" BOOLEAN NOT NULL,
    "cancel_fee_bps" INTEGER NOT NULL,
    "prep_minutes" INTEGER NOT NULL,
    "points" INTEGER NOT NULL,
    "units" INTEGER NOT NULL,
    "subtotal_amount" BIGINT NOT NULL,
    "delivery_amount" BIGINT NOT NULL,
    "tip_amount" BIGINT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "utensils" BOOLEAN NOT NULL DEFAULT false,
    "kitchen_note" TEXT,
    "placed_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "preparing_at" TIMESTAMPTZ(3),
    "ready_at" TIMESTAMPTZ(3),
    "out_at" TIMESTAMPTZ(3),
    "handed_over_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "late_alerted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "restaurant_food_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_food_order_item" (
    "id" TEXT NOT NULL,
    "food_order_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "item_id" TEXT NOT NULL,
    "option_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "name" JSONB NOT NULL,
    "options" JSONB NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_amount" BIGINT NOT NULL,
    "total_amount" BIGINT NOT NULL,
    "prep_points" INTEGER NOT NULL,
    "counted_on" TEXT,

    CONSTRAINT "restaurant_food_order_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_dining_table" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "area" JSONB NOT NULL DEFAULT '{}',
    "seats_min" INTEGER NOT NULL DEFAULT 1,
    "seats_max" INTEGER NOT NULL,
    "join_group" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restaurant_dining_table_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_table_reservation" (
    "id" TEXT NOT NULL,
    "restaurant_id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "order_id" TEXT,
    "order_number" TEXT,
    "order_line_id" TEXT,
    "sub_order_id" TEXT,
    "customer_id" TEXT,
    "cart_line_id" TEXT NOT NULL,
    "party_size" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "seat_by" TIMESTAMPTZ(3) NOT NULL,
    "table_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "table_names" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "status" TEXT NOT NULL DEFAULT 'held',
    "auto_confirm" BOOLEAN NOT NULL,
    "deposit_amount" BIGINT NOT NULL DEFAULT 0,
    "currency_code" CHAR(3) NOT NULL,
    "guest_name" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "occasion" TEXT,
    "note" TEXT,
    "reason" TEXT,
    "confirmed_at" TIMESTAMPTZ(3),
    "seated_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "placed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "restaurant_table_reservation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restaurant_table_occupancy" (
    "reservation_id" TEXT NOT NULL,
    "table_id" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restaurant_table_occupancy_pkey" PRIMARY KEY ("reservation_id","table_id")
);

-- CreateIndex
CREATE INDEX "restaurant_vendor_id_created_at_idx" ON "restaurant"("vendor_id", "created_at");

-- CreateIndex
CREATE INDEX "restaurant_status_created_at_idx" ON "restaurant"("status", "created_at");

-- CreateIndex
CREATE INDEX "restaurant_created_at_id_idx" ON "restaurant"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "restaurant_opening_hours_restaurant_id_service_weekday_open_key" ON "restaurant_opening_hours"("restaurant_id", "service", "weekday", "opens_at");

-- CreateIndex
CREATE INDEX "restaurant_opening_exception_restaurant_id_to_date_idx" ON "restaurant_opening_exception"("restaurant_id", "to_date");

-- CreateIndex
CREATE INDEX "restaurant_mealtime_restaurant_id_from_idx" ON "restaurant_mealtime"("restaurant_id", "from");

-- CreateIndex
CREATE INDEX "restaurant_delivery_area_restaurant_id_created_at_idx" ON "restaurant_delivery_area"("restaurant_id", "created_at");

-- CreateIndex
CREATE INDEX "restaurant_menu_category_restaurant_id_position_idx" ON "restaurant_menu_category"("restaurant_id", "position");

-- CreateIndex
CREATE INDEX "restaurant_menu_item_restaurant_id_position_idx" ON "restaurant_menu_item"("restaurant_id", "position");

-- CreateIndex
CREATE INDEX "restaurant_menu_item_category_id_idx" ON "restaurant_menu_item"("category_id");

-- CreateIndex
CREATE INDEX "restaurant_modifier_group_restaurant_id_created_at_idx" ON "restaurant_modifier_group"("restaurant_id", "created_at");

-- CreateIndex
CREATE INDEX "restaurant_modifier_option_group_id_position_idx" ON "restaurant_modifier_option"("group_id", "position");

-- CreateIndex
CREATE INDEX "restaurant_modifier_option_nested_group_id_idx" ON "restaurant_modifier_option"("nested_group_id");

-- CreateIndex
CREATE INDEX "restaurant_menu_item_modifier_group_group_id_idx" ON "restaurant_menu_item_modifier_group"("group_id");

-- CreateIndex
CREATE UNIQUE INDEX "restaurant_kitchen_slot_restaurant_id_service_starts_at_key" ON "restaurant_kitchen_slot"("restaurant_id", "service", "starts_at");

-- CreateIndex
CREATE UNIQUE INDEX "restaurant_food_order_order_line_id_key" ON "restaurant_food_order"("order_line_id");

-- CreateIndex
CREATE INDEX "restaurant_food_order_customer_id_placed_at_idx" ON "restaurant_food_order"("customer_id", "placed_at");

-- CreateIndex
CREATE INDEX "restaurant_food_order_order_id_idx" ON "restaurant_food_order"("order_id");

-- CreateIndex
CREATE INDEX "restaurant_food_order_cart_line_id_idx" ON "restaurant_food_order"("cart_line_id");

-- CreateIndex
CREATE INDEX "restaurant_food_order_kitchen_slot_id_idx" ON "restaurant_food_order"("kitchen_slot_id");

-- CreateIndex
CREATE UNIQUE INDEX "restaurant_food_order_item_food_order_id_position_key" ON "restaurant_food_order_item"("food_order_id", "position");

-- CreateIndex
CREATE INDEX "restaurant_dining_table_restaurant_id_name_idx" ON "restaurant_dining_table"("restaurant_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "restaurant_table_reservation_order_line_id_key" ON "restaurant_table_reservation"("order_line_id");

-- CreateIndex
CREATE INDEX "restaurant_table_reservation_customer_id_starts_at_idx" ON "restaurant_table_reservation"("customer_id", "starts_at");

-- CreateIndex
CREATE INDEX "restaurant_table_reservation_order_id_idx" ON "restaurant_table_reservation"("order_id");

-- CreateIndex
CREATE INDEX "restaurant_table_reservation_cart_line_id_idx" ON "restaurant_table_reservation"("cart_line_id");

-- AddForeignKey
ALTER TABLE "restaurant_opening_hours" ADD CONSTRAINT "restaurant_opening_hours_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_opening_exception" ADD CONSTRAINT "restaurant_opening_exception_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_mealtime" ADD CONSTRAINT "restaurant_mealtime_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_delivery_area" ADD CONSTRAINT "restaurant_delivery_area_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_menu_category" ADD CONSTRAINT "restaurant_menu_category_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_menu_item" ADD CONSTRAINT "restaurant_menu_item_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_menu_item" ADD CONSTRAINT "restaurant_menu_item_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "restaurant_menu_category"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_daily_item_counter" ADD CONSTRAINT "restaurant_daily_item_counter_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "restaurant_menu_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_modifier_group" ADD CONSTRAINT "restaurant_modifier_group_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_modifier_option" ADD CONSTRAINT "restaurant_modifier_option_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "restaurant_modifier_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_modifier_option" ADD CONSTRAINT "restaurant_modifier_option_nested_group_id_fkey" FOREIGN KEY ("nested_group_id") REFERENCES "restaurant_modifier_group"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_menu_item_modifier_group" ADD CONSTRAINT "restaurant_menu_item_modifier_group_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "restaurant_menu_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_menu_item_modifier_group" ADD CONSTRAINT "restaurant_menu_item_modifier_group_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "restaurant_modifier_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_kitchen_slot" ADD CONSTRAINT "restaurant_kitchen_slot_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_food_order" ADD CONSTRAINT "restaurant_food_order_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_food_order" ADD CONSTRAINT "restaurant_food_order_kitchen_slot_id_fkey" FOREIGN KEY ("kitchen_slot_id") REFERENCES "restaurant_kitchen_slot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_food_order_item" ADD CONSTRAINT "restaurant_food_order_item_food_order_id_fkey" FOREIGN KEY ("food_order_id") REFERENCES "restaurant_food_order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_dining_table" ADD CONSTRAINT "restaurant_dining_table_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_table_reservation" ADD CONSTRAINT "restaurant_table_reservation_restaurant_id_fkey" FOREIGN KEY ("restaurant_id") REFERENCES "restaurant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_table_occupancy" ADD CONSTRAINT "restaurant_table_occupancy_reservation_id_fkey" FOREIGN KEY ("reservation_id") REFERENCES "restaurant_table_reservation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restaurant_table_occupancy" ADD CONSTRAINT "restaurant_table_occupancy_table_id_fkey" FOREIGN KEY ("table_id") REFERENCES "restaurant_dining_table"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- Written by hand below this line.

-- Rows of core.
ALTER TABLE "restaurant" ADD CONSTRAINT restaurant_vendor_fkey FOREIGN KEY (vendor_id) REFERENCES vendor (id);
ALTER TABLE "restaurant_food_order"
  ADD CONSTRAINT restaurant_food_order_vendor_fkey FOREIGN KEY (vendor_id) REFERENCES vendor (id),
  ADD CONSTRAINT restaurant_food_order_order_fkey FOREIGN KEY (order_id) REFERENCES "order" (id),
  ADD CONSTRAINT restaurant_food_order_order_line_fkey FOREIGN KEY (order_line_id) REFERENCES order_line (id),
  ADD CONSTRAINT restaurant_food_order_customer_fkey FOREIGN KEY (customer_id) REFERENCES customer (id);
ALTER TABLE "restaurant_table_reservation"
  ADD CONSTRAINT restaurant_table_reservation_vendor_fkey FOREIGN KEY (vendor_id) REFERENCES vendor (id),
  ADD CONSTRAINT restaurant_table_reservation_order_fkey FOREIGN KEY (order_id) REFERENCES "order" (id),
  ADD CONSTRAINT restaurant_table_reservation_order_line_fkey FOREIGN KEY (order_line_id) REFERENCES order_line (id),
  ADD CONSTRAINT restaurant_table_reservation_customer_fkey FOREIGN KEY (customer_id) REFERENCES customer (id);

-- What a row may say.
ALTER TABLE "restaurant"
  ADD CONSTRAINT restaurant_status CHECK (status IN ('draft', 'in_review', 'active', 'rejected', 'closed')),
  ADD CONSTRAINT restaurant_services CHECK (services <@ ARRAY['delivery', 'pickup', 'dine_in'] AND cardinality(services) > 0),
  ADD CONSTRAINT restaurant_place CHECK (lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180),
  ADD CONSTRAINT restaurant_numbers CHECK (prep_minutes > 0 AND slot_minutes > 0 AND max_prep_points_per_slot > 0 AND accept_timeout_s > 0
    AND rush_extra_minutes >= 0 AND cancel_fee_bps BETWEEN 0 AND 10000 AND reservation_deposit_amount >= 0 AND sitting_minutes > 0),
  ADD CONSTRAINT restaurant_commercial_reg_no CHECK (commercial_reg_no ~ '^[0-9]{10}$');
CREATE UNIQUE INDEX restaurant_handle_key ON "restaurant" (handle) WHERE deleted_at IS NULL;
-- Near = bounding box by the index, then the distance (00-conventions, Geo).
CREATE INDEX restaurant_place_idx ON "restaurant" USING gist (point(lng, lat)) WHERE status = 'active' AND deleted_at IS NULL;

ALTER TABLE "restaurant_opening_hours"
  ADD CONSTRAINT restaurant_opening_hours_service CHECK (service IN ('delivery', 'pickup', 'dine_in')),
  ADD CONSTRAINT restaurant_opening_hours_weekday CHECK (weekday BETWEEN 0 AND 6),
  ADD CONSTRAINT restaurant_opening_hours_times CHECK (opens_at ~ '^[0-2][0-9]:[0-5][0-9]$' AND closes_at ~ '^[0-2][0-9]:[0-5][0-9]$');
ALTER TABLE "restaurant_opening_exception"
  ADD CONSTRAINT restaurant_opening_exception_kind CHECK (kind IN ('closed', 'hours')),
  ADD CONSTRAINT restaurant_opening_exception_reason CHECK (reason IN ('holiday', 'ramadan', 'prayer_break', 'private_event')),
  ADD CONSTRAINT restaurant_opening_exception_dates CHECK (from_date <= to_date),
  ADD CONSTRAINT restaurant_opening_exception_times CHECK ((opens_at IS NULL) = (closes_at IS NULL) AND (kind = 'closed' OR opens_at IS NOT NULL));
ALTER TABLE "restaurant_delivery_area"
  ADD CONSTRAINT restaurant_delivery_area_amounts CHECK (fee_amount >= 0 AND minimum_order_amount >= 0 AND free_over_amount >= 0);
ALTER TABLE "restaurant_menu_item"
  ADD CONSTRAINT restaurant_menu_item_numbers CHECK (price_amount >= 0 AND prep_points >= 0 AND max_per_order > 0 AND daily_limit >= 0);
ALTER TABLE "restaurant_modifier_group"
  ADD CONSTRAINT restaurant_modifier_group_numbers CHECK (min_select >= 0 AND max_select > 0 AND min_select <= max_select AND free_quantity >= 0);
ALTER TABLE "restaurant_modifier_option" ADD CONSTRAINT restaurant_modifier_option_price CHECK (price_delta_amount >= 0);

-- K1: both counters of a slot and the counter of a limited dish are only moved by conditional updates; nothing is given back twice.
ALTER TABLE "restaurant_kitchen_slot"
  ADD CONSTRAINT restaurant_kitchen_slot_used CHECK (orders_used >= 0 AND points_used >= 0),
  ADD CONSTRAINT restaurant_kitchen_slot_during CHECK (starts_at < ends_at),
  ADD CONSTRAINT restaurant_kitchen_slot_service CHECK (service IN ('delivery', 'pickup', 'dine_in'));
ALTER TABLE "restaurant_daily_item_counter" ADD CONSTRAINT restaurant_daily_item_counter_sold CHECK (sold >= 0);

ALTER TABLE "restaurant_food_order"
  ADD CONSTRAINT restaurant_food_order_status CHECK (status IN ('held', 'placed', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered',
    'picked_up', 'rejected', 'auto_rejected', 'cancelled', 'vendor_cancelled', 'delivery_failed')),
  ADD CONSTRAINT restaurant_food_order_service CHECK (service IN ('delivery', 'pickup', 'dine_in')),
  ADD CONSTRAINT restaurant_food_order_sold CHECK (status = 'held' OR (order_line_id IS NOT NULL AND placed_at IS NOT NULL)),
  ADD CONSTRAINT restaurant_food_order_amounts CHECK (subtotal_amount >= 0 AND delivery_amount >= 0 AND tip_amount >= 0
    AND total_amount = subtotal_amount + delivery_amount + tip_amount);
-- K5: a cart line has one claim on the kitchen at a time.
CREATE UNIQUE INDEX restaurant_food_order_held_key ON "restaurant_food_order" (cart_line_id) WHERE status = 'held';
CREATE INDEX restaurant_food_order_open_idx ON "restaurant_food_order" (vendor_id, promised_ready_at, id)
  WHERE status IN ('placed', 'accepted', 'preparing', 'ready', 'out_for_delivery');
CREATE INDEX restaurant_food_order_vendor_idx ON "restaurant_food_order" (vendor_id, placed_at DESC, id) WHERE status <> 'held';
CREATE INDEX restaurant_food_order_restaurant_idx ON "restaurant_food_order" (restaurant_id, placed_at DESC, id) WHERE status <> 'held';
CREATE INDEX restaurant_food_order_placed_idx ON "restaurant_food_order" (placed_at DESC, id) WHERE status <> 'held';

ALTER TABLE "restaurant_dining_table" ADD CONSTRAINT restaurant_dining_table_seats CHECK (seats_min > 0 AND seats_min <= seats_max);
CREATE UNIQUE INDEX restaurant_dining_table_name_key ON "restaurant_dining_table" (restaurant_id, name) WHERE deleted_at IS NULL;
ALTER TABLE "restaurant_table_reservation"
  ADD CONSTRAINT restaurant_table_reservation_status CHECK (status IN ('held', 'requested', 'confirmed', 'seated', 'completed', 'cancelled', 'no_show')),
  ADD CONSTRAINT restaurant_table_reservation_during CHECK (starts_at < ends_at AND party_size > 0),
  ADD CONSTRAINT restaurant_table_reservation_sold CHECK (status = 'held' OR (order_line_id IS NOT NULL AND placed_at IS NOT NULL));
CREATE UNIQUE INDEX restaurant_table_reservation_held_key ON "restaurant_table_reservation" (cart_line_id) WHERE status = 'held';
CREATE INDEX restaurant_table_reservation_vendor_idx ON "restaurant_table_reservation" (vendor_id, starts_at, id) WHERE status <> 'held';
CREATE INDEX restaurant_table_reservation_restaurant_idx ON "restaurant_table_reservation" (restaurant_id, starts_at, id) WHERE status <> 'held';
CREATE INDEX restaurant_table_reservation_starts_idx ON "restaurant_table_reservation" (starts_at DESC, id) WHERE status <> 'held';
-- K2: nobody sits at a taken table, whatever the code believes.
ALTER TABLE "restaurant_table_occupancy" ADD CONSTRAINT restaurant_table_occupancy_no_overlap
  EXCLUDE USING gist (table_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
