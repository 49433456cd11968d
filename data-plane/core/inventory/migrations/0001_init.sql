CREATE TABLE stock_location (
  id text PRIMARY KEY,
  handle text NOT NULL UNIQUE,
  name jsonb NOT NULL,
  vendor_id text REFERENCES vendor (id),
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);
CREATE INDEX stock_location_vendor_id_idx ON stock_location (vendor_id);

CREATE TABLE inventory_item (
  id text PRIMARY KEY,
  variant_id text NOT NULL UNIQUE REFERENCES variant (id),
  vendor_id text NOT NULL REFERENCES vendor (id),
  sku text NOT NULL,
  tracked boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);
CREATE INDEX inventory_item_vendor_id_idx ON inventory_item (vendor_id);
-- A variant and its item name each other: whichever comes first, at the commit both are there.
ALTER TABLE variant ADD CONSTRAINT variant_inventory_item_fkey FOREIGN KEY (inventory_item_id) REFERENCES inventory_item (id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE inventory_level (
  id text PRIMARY KEY,
  inventory_item_id text NOT NULL REFERENCES inventory_item (id),
  location_id text NOT NULL REFERENCES stock_location (id),
  on_hand integer NOT NULL DEFAULT 0,
  reserved integer NOT NULL DEFAULT 0,
  incoming integer NOT NULL DEFAULT 0,
  safety integer NOT NULL DEFAULT 0,
  threshold integer NOT NULL DEFAULT 3,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT inventory_level_item_location_key UNIQUE (inventory_item_id, location_id),
  -- The last word on overselling: whatever the code does, more is never promised than there is.
  CONSTRAINT inventory_level_reserved CHECK (reserved >= 0 AND reserved <= on_hand),
  CONSTRAINT inventory_level_positive CHECK (on_hand >= 0 AND incoming >= 0 AND safety >= 0 AND threshold >= 0)
);
CREATE INDEX inventory_level_location_id_idx ON inventory_level (location_id);
CREATE INDEX inventory_level_available_idx ON inventory_level ((on_hand - reserved - safety), id);

CREATE TABLE stock_reservation (
  id text PRIMARY KEY,
  inventory_level_id text NOT NULL REFERENCES inventory_level (id),
  inventory_item_id text NOT NULL REFERENCES inventory_item (id),
  -- The cart line that holds, then the order line that owns.
  line_id text NOT NULL,
  order_line_id text,
  quantity integer NOT NULL,
  status text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT stock_reservation_status CHECK (status IN ('held', 'allocated', 'released', 'fulfilled')),
  CONSTRAINT stock_reservation_quantity CHECK (quantity >= 0)
);
-- K5: a line holds once.
CREATE UNIQUE INDEX stock_reservation_held_key ON stock_reservation (line_id) WHERE status = 'held';
CREATE INDEX stock_reservation_order_line_idx ON stock_reservation (order_line_id) WHERE order_line_id IS NOT NULL;
CREATE INDEX stock_reservation_level_status_idx ON stock_reservation (inventory_level_id, status);

CREATE TABLE stock_movement (
  id text PRIMARY KEY,
  inventory_level_id text NOT NULL REFERENCES inventory_level (id),
  kind text NOT NULL,
  quantity integer NOT NULL,
  on_hand_after integer NOT NULL,
  reason text,
  reference text,
  actor text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT stock_movement_kind CHECK (kind IN ('receive', 'sell', 'return', 'adjust', 'transfer', 'damage', 'count'))
);
CREATE INDEX stock_movement_level_created_at_idx ON stock_movement (inventory_level_id, created_at DESC);
REVOKE UPDATE, DELETE ON stock_movement FROM cityos_app;
