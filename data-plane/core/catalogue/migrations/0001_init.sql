CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE category (
  id text PRIMARY KEY,
  handle text NOT NULL,
  parent_id text REFERENCES category (id),
  -- Ids of the ancestors and its own, from the top down.
  path ltree NOT NULL,
  depth integer NOT NULL,
  position integer NOT NULL DEFAULT 0,
  name jsonb NOT NULL,
  description jsonb NOT NULL DEFAULT '{}',
  attribute_schema jsonb NOT NULL DEFAULT '[]',
  picture_file_id text,
  picture jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT category_depth CHECK (depth BETWEEN 1 AND 6 AND depth = nlevel(path))
);
CREATE UNIQUE INDEX category_handle_key ON category (handle) WHERE deleted_at IS NULL;
CREATE INDEX category_path_idx ON category USING gist (path);
CREATE INDEX category_parent_id_position_idx ON category (parent_id, position);

CREATE TABLE product (
  id text PRIMARY KEY,
  handle text NOT NULL,
  title jsonb NOT NULL,
  description jsonb NOT NULL DEFAULT '{}',
  kind text NOT NULL,
  vendor_id text NOT NULL REFERENCES vendor (id),
  brand text,
  status text NOT NULL DEFAULT 'draft',
  category_id text REFERENCES category (id),
  tax_class text NOT NULL DEFAULT 'standard',
  attributes jsonb NOT NULL DEFAULT '{}',
  weight_g integer,
  origin_country char(2),
  seo jsonb NOT NULL DEFAULT '{}',
  withdrawal_exempt_reason text,
  rejection_reasons text[] NOT NULL DEFAULT '{}',
  published_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT product_kind CHECK (kind IN ('physical', 'digital', 'service', 'bundle', 'gift_card')),
  CONSTRAINT product_status CHECK (status IN ('draft', 'pending_review', 'rejected', 'published', 'unpublished', 'archived')),
  CONSTRAINT product_tax_class CHECK (tax_class IN ('standard', 'zero_export', 'exempt', 'health_sa_citizen', 'edu_sa_citizen',
    'residential_rent_exempt', 'used_vehicle_margin', 'travel_margin', 'gov_exempt'))
);
CREATE UNIQUE INDEX product_handle_key ON product (handle) WHERE deleted_at IS NULL;
CREATE INDEX product_created_at_idx ON product (created_at DESC, id DESC);
CREATE INDEX product_status_created_at_idx ON product (status, created_at DESC, id DESC);
CREATE INDEX product_vendor_id_status_created_at_idx ON product (vendor_id, status, created_at DESC);
CREATE INDEX product_category_id_idx ON product (category_id);
CREATE INDEX product_title_idx ON product USING gin ((lower(title::text)) gin_trgm_ops);

CREATE TABLE product_redirect (
  handle text PRIMARY KEY,
  product_id text NOT NULL REFERENCES product (id),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX product_redirect_product_id_idx ON product_redirect (product_id);

CREATE TABLE product_option (
  id text PRIMARY KEY,
  product_id text NOT NULL REFERENCES product (id),
  code text NOT NULL,
  name jsonb NOT NULL,
  position integer NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT product_option_code_key UNIQUE (product_id, code)
);

CREATE TABLE option_value (
  id text PRIMARY KEY,
  option_id text NOT NULL REFERENCES product_option (id) ON DELETE CASCADE,
  code text NOT NULL,
  name jsonb NOT NULL,
  swatch text,
  position integer NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT option_value_code_key UNIQUE (option_id, code)
);

CREATE TABLE variant (
  id text PRIMARY KEY,
  product_id text NOT NULL REFERENCES product (id),
  vendor_id text NOT NULL REFERENCES vendor (id),
  sku text NOT NULL,
  gtin text,
  options jsonb NOT NULL DEFAULT '{}',
  -- The chosen values in one text, 'color:black|size:54': what makes a combination unique (K5).
  option_key text NOT NULL,
  -- The stock it is sold from: its own, or that of another variant of the vendor (one pot of paint, two labels).
  inventory_item_id text NOT NULL,
  title jsonb NOT NULL DEFAULT '{}',
  track_inventory boolean NOT NULL DEFAULT true,
  minimum_quantity integer NOT NULL DEFAULT 1,
  maximum_quantity integer NOT NULL DEFAULT 99,
  quantity_step integer NOT NULL DEFAULT 1,
  weight_g integer,
  position integer NOT NULL,
  archived_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT variant_quantities CHECK (minimum_quantity >= 1 AND maximum_quantity >= minimum_quantity AND quantity_step >= 1)
);
CREATE UNIQUE INDEX variant_sku_key ON variant (vendor_id, sku) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX variant_option_key ON variant (product_id, option_key) WHERE archived_at IS NULL;
CREATE INDEX variant_product_id_position_idx ON variant (product_id, position);
CREATE INDEX variant_inventory_item_id_idx ON variant (inventory_item_id);
CREATE INDEX variant_sku_idx ON variant USING gin (lower(sku) gin_trgm_ops);

CREATE TABLE variant_price (
  id text PRIMARY KEY,
  variant_id text NOT NULL REFERENCES variant (id),
  currency_code char(3) NOT NULL,
  region_id text,
  amount bigint NOT NULL,
  struck_amount bigint,
  struck_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT variant_price_not_negative CHECK (amount >= 0),
  CONSTRAINT variant_price_struck CHECK (struck_amount > amount)
);
CREATE UNIQUE INDEX variant_price_key ON variant_price (variant_id, currency_code, coalesce(region_id, ''));

CREATE TABLE price_history (
  id text PRIMARY KEY,
  variant_id text NOT NULL REFERENCES variant (id),
  currency_code char(3) NOT NULL,
  region_id text,
  -- Null: no longer sold in this currency.
  amount bigint,
  changed_by text NOT NULL,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX price_history_variant_id_created_at_idx ON price_history (variant_id, created_at DESC);
REVOKE UPDATE, DELETE ON price_history FROM cityos_app;

-- Lowest and highest price of a product's live variants: what lists filter and sort by. Written with every price.
CREATE TABLE product_price (
  product_id text NOT NULL REFERENCES product (id),
  currency_code char(3) NOT NULL,
  minimum_amount bigint NOT NULL,
  maximum_amount bigint NOT NULL,
  PRIMARY KEY (product_id, currency_code)
);
CREATE INDEX product_price_amount_idx ON product_price (currency_code, minimum_amount, product_id);

CREATE TABLE product_media (
  id text PRIMARY KEY,
  product_id text NOT NULL REFERENCES product (id),
  file_id text NOT NULL REFERENCES file (id),
  file_key text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  alt jsonb NOT NULL,
  position integer NOT NULL,
  variant_ids text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);
CREATE INDEX product_media_product_id_position_idx ON product_media (product_id, position);
CREATE INDEX product_media_file_id_idx ON product_media (file_id);

-- One row per thing that can be found, all languages together: an Arabic word finds it from the English pages too.
-- Written in the transaction of the change it follows, so there is no lag.
CREATE TABLE search_document (
  ref text PRIMARY KEY,
  kind text NOT NULL,
  visible boolean NOT NULL,
  -- Some variant can be had; follows the stock at the moments when it runs out or comes back.
  in_stock boolean NOT NULL DEFAULT true,
  handle text NOT NULL,
  title jsonb NOT NULL,
  vendor_id text,
  category_id text,
  category_path ltree,
  -- 'size:54', 'material:cotton': options and attributes that are facets.
  tags text[] NOT NULL DEFAULT '{}',
  terms tsvector NOT NULL,
  boost double precision NOT NULL DEFAULT 1,
  published_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT search_document_kind CHECK (kind IN ('product', 'vendor'))
);
CREATE INDEX search_document_newest_idx ON search_document (kind, published_at DESC, ref DESC) WHERE visible;
CREATE INDEX search_document_vendor_idx ON search_document (vendor_id) WHERE visible;
CREATE INDEX search_document_category_idx ON search_document USING gist (category_path) WHERE visible;
CREATE INDEX search_document_tags_idx ON search_document USING gin (tags) WITH (fastupdate = off) WHERE visible;
CREATE INDEX search_document_terms_idx ON search_document USING gin (terms) WITH (fastupdate = off) WHERE visible;

-- Every word of the index, for what was typed almost right.
CREATE TABLE search_word (word text PRIMARY KEY);
CREATE INDEX search_word_trgm_idx ON search_word USING gist (word gist_trgm_ops(siglen=32));
