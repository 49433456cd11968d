CREATE TABLE vendor (
  id text PRIMARY KEY,
  handle text NOT NULL,
  name jsonb NOT NULL,
  tagline jsonb NOT NULL DEFAULT '{}',
  description jsonb NOT NULL DEFAULT '{}',
  legal_name text NOT NULL,
  kind text NOT NULL,
  tier text NOT NULL DEFAULT 'basic',
  status text NOT NULL DEFAULT 'applied',
  status_reason text,
  cr_no text,
  vat_no text,
  freelance_doc_no text,
  email text,
  phone text,
  city text,
  verticals text[] NOT NULL,
  picture_file_id text,
  picture jsonb,
  rating_average double precision,
  rating_count integer NOT NULL DEFAULT 0,
  response_time_s integer,
  strikes integer NOT NULL DEFAULT 0,
  payout_hold boolean NOT NULL DEFAULT false,
  vacation_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT vendor_kind CHECK (kind IN ('individual', 'company', 'charity', 'authority')),
  CONSTRAINT vendor_tier CHECK (tier IN ('basic', 'pro', 'enterprise')),
  CONSTRAINT vendor_status CHECK (status IN ('applied', 'documents-pending', 'in-review', 'rejected', 'approved', 'active', 'vacation', 'restricted', 'suspended', 'terminated')),
  CONSTRAINT vendor_cr_no CHECK (cr_no ~ '^[0-9]{10}$')
);
CREATE UNIQUE INDEX vendor_handle_key ON vendor (handle) WHERE deleted_at IS NULL;
-- docs/spec/core.md, vendor ⑥: one commercial registration, one vendor.
CREATE UNIQUE INDEX vendor_cr_no_key ON vendor (cr_no) WHERE deleted_at IS NULL AND status NOT IN ('rejected', 'terminated');
CREATE INDEX vendor_status_created_at_idx ON vendor (status, created_at DESC);
CREATE INDEX vendor_created_at_idx ON vendor (created_at DESC, id);

CREATE TABLE vendor_user (
  id text PRIMARY KEY,
  vendor_id text NOT NULL REFERENCES vendor (id),
  email_index text NOT NULL UNIQUE,
  email text NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  password_hash text NOT NULL,
  status text NOT NULL DEFAULT 'active',
  last_signed_in_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT vendor_user_role CHECK (role IN ('owner', 'manager', 'staff', 'finance', 'courier')),
  CONSTRAINT vendor_user_status CHECK (status IN ('active', 'disabled'))
);
CREATE INDEX vendor_user_vendor_id_created_at_idx ON vendor_user (vendor_id, created_at);
