CREATE TABLE file (
  id text PRIMARY KEY,
  -- Of the content: two rows may share the bytes.
  key text NOT NULL,
  name text,
  owner text NOT NULL,
  visibility text NOT NULL,
  sha256 text NOT NULL,
  bytes integer NOT NULL,
  mime text NOT NULL,
  width integer,
  height integer,
  placeholder text,
  status text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb,
  CONSTRAINT file_visibility CHECK (visibility IN ('public', 'private', 'phi')),
  CONSTRAINT file_status CHECK (status IN ('reserved', 'uploaded', 'scanned', 'ready', 'quarantined', 'deleted'))
);
CREATE INDEX file_key_idx ON file (key);
CREATE INDEX file_status_created_at_idx ON file (status, created_at);

CREATE TABLE upload_session (
  id text PRIMARY KEY,
  token_hash text NOT NULL UNIQUE,
  owner text NOT NULL,
  visibility text NOT NULL,
  name text,
  mime text NOT NULL,
  max_bytes integer NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  file_id text REFERENCES file (id),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at timestamptz(3),
  version integer NOT NULL DEFAULT 0,
  metadata jsonb
);

-- K1: one row, so that a quota is never read and then written.
CREATE TABLE file_usage (
  id text PRIMARY KEY,
  used_bytes bigint NOT NULL DEFAULT 0,
  CONSTRAINT file_usage_not_negative CHECK (used_bytes >= 0)
);
INSERT INTO file_usage (id) VALUES ('tenant');
