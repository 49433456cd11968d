CREATE TABLE store (
  id text PRIMARY KEY,
  handle text NOT NULL,
  name jsonb NOT NULL,
  tagline jsonb NOT NULL DEFAULT '{}',
  kind text NOT NULL,
  status text NOT NULL DEFAULT 'draft',
  is_default boolean NOT NULL DEFAULT false,
  currencies text[] NOT NULL,
  default_currency char(3) NOT NULL,
  locales text[] NOT NULL,
  contact jsonb NOT NULL DEFAULT '{}',
  legal jsonb NOT NULL DEFAULT '{}',
  seo jsonb NOT NULL DEFAULT '{}',
  maintenance_message jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT store_kind CHECK (kind IN ('retail', 'marketplace', 'b2b', 'kiosk', 'super_app')),
  CONSTRAINT store_status CHECK (status IN ('draft', 'live', 'maintenance', 'archived')),
  CONSTRAINT store_default_currency CHECK (default_currency = ANY (currencies))
);
CREATE UNIQUE INDEX store_handle_key ON store (handle) WHERE deleted_at IS NULL;
-- K5: exactly one default store (docs/spec/core.md, store).
CREATE UNIQUE INDEX store_one_default ON store (is_default) WHERE is_default AND deleted_at IS NULL;
CREATE INDEX store_created_at_idx ON store (created_at DESC, id);

CREATE TABLE store_navigation (
  id text PRIMARY KEY,
  store_id text NOT NULL UNIQUE REFERENCES store (id),
  header jsonb NOT NULL DEFAULT '[]',
  footer jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);

CREATE TABLE store_policy (
  id text PRIMARY KEY,
  store_id text NOT NULL REFERENCES store (id),
  kind text NOT NULL,
  revision integer NOT NULL,
  title jsonb NOT NULL,
  body jsonb NOT NULL,
  published_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT store_policy_kind CHECK (kind IN ('returns', 'privacy', 'terms', 'shipping')),
  CONSTRAINT store_policy_revision_key UNIQUE (store_id, kind, revision)
);
CREATE INDEX store_policy_created_at_idx ON store_policy (created_at DESC, id);

CREATE TABLE publishable_key (
  id text PRIMARY KEY,
  store_id text NOT NULL REFERENCES store (id),
  name text NOT NULL,
  prefix text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  origins text[] NOT NULL,
  revoked_at timestamptz(3),
  last_rotated_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);
CREATE INDEX publishable_key_created_at_idx ON publishable_key (created_at);

CREATE TABLE tenant_setting (
  key text PRIMARY KEY,
  value jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_by text NOT NULL
);
