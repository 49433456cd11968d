-- CreateTable
CREATE TABLE "customer" (
    "id" TEXT NOT NULL,
    "email" TEXT,
    "email_index" TEXT,
    "phone" TEXT,
    "phone_index" TEXT,
    "name" TEXT,
    "locale" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "email_verified_at" TIMESTAMPTZ(3),
    "phone_verified_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_identity" (
    "id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "secret_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "customer_identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_session" (
    "id" TEXT NOT NULL,
    "account_kind" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification_code" (
    "id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "email_index" TEXT NOT NULL,
    "code_hash" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "payload" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "consumed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_code_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_address" (
    "id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "label" TEXT,
    "body" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "outside_city" BOOLEAN NOT NULL DEFAULT false,
    "is_default_shipping" BOOLEAN NOT NULL DEFAULT false,
    "is_default_billing" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "customer_address_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "customer_phone_index_idx" ON "customer"("phone_index");

-- CreateIndex
CREATE INDEX "customer_status_created_at_idx" ON "customer"("status", "created_at" DESC);

-- CreateIndex
CREATE INDEX "customer_created_at_idx" ON "customer"("created_at" DESC);

-- CreateIndex
CREATE INDEX "customer_identity_customer_id_idx" ON "customer_identity"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "customer_identity_provider_subject_key" ON "customer_identity"("provider", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "account_session_token_hash_key" ON "account_session"("token_hash");

-- CreateIndex
CREATE INDEX "account_session_account_kind_account_id_created_at_idx" ON "account_session"("account_kind", "account_id", "created_at");

-- CreateIndex
CREATE INDEX "verification_code_email_index_purpose_created_at_idx" ON "verification_code"("email_index", "purpose", "created_at" DESC);

-- CreateIndex
CREATE INDEX "verification_code_expires_at_idx" ON "verification_code"("expires_at");

-- CreateIndex
CREATE INDEX "customer_address_customer_id_created_at_idx" ON "customer_address"("customer_id", "created_at");

-- AddForeignKey
ALTER TABLE "customer_identity" ADD CONSTRAINT "customer_identity_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_address" ADD CONSTRAINT "customer_address_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand below this line.

ALTER TABLE "customer"
  ADD CONSTRAINT "customer_status" CHECK ("status" IN ('guest', 'registered', 'verified', 'locked', 'anonymised'));
CREATE UNIQUE INDEX "customer_email" ON "customer" ("email_index") WHERE "email_index" IS NOT NULL;
-- two accounts may name one phone until somebody proves it
CREATE UNIQUE INDEX "customer_verified_phone" ON "customer" ("phone_index") WHERE "phone_verified_at" IS NOT NULL;

ALTER TABLE "account_session" ADD CONSTRAINT "account_session_kind" CHECK ("account_kind" IN ('customer', 'vendor_user'));
CREATE INDEX "account_session_expiry" ON "account_session" ("expires_at");

ALTER TABLE "verification_code"
  ADD CONSTRAINT "verification_code_purpose" CHECK ("purpose" IN ('sign_up', 'reset', 'claim')),
  ADD CONSTRAINT "verification_code_tries" CHECK ("tries" BETWEEN 0 AND 5);

CREATE UNIQUE INDEX "customer_address_one_shipping" ON "customer_address" ("customer_id") WHERE "is_default_shipping";
CREATE UNIQUE INDEX "customer_address_one_billing" ON "customer_address" ("customer_id") WHERE "is_default_billing";
