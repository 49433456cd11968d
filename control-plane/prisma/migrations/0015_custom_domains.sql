-- AlterTable
ALTER TABLE "tenant_domain" ADD COLUMN     "canonical" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "secure" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "custom_domain" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "txt_token" TEXT NOT NULL,
    "canonical" BOOLEAN NOT NULL DEFAULT false,
    "verified_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "failure" JSONB,
    "next_at" TIMESTAMPTZ(3),
    "certificate_sealed" TEXT,
    "certificate_hosts" TEXT[],
    "certificate_not_before" TIMESTAMPTZ(3),
    "certificate_not_after" TIMESTAMPTZ(3),
    "certificate_issuer" TEXT,
    "certificate_fingerprint" TEXT,
    "order_url" TEXT,
    "order_key_sealed" TEXT,
    "order_hosts" TEXT[],
    "order_failures" INTEGER NOT NULL DEFAULT 0,
    "order_retry_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "custom_domain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "domain_challenge" (
    "token" TEXT NOT NULL,
    "domain_id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "domain_challenge_pkey" PRIMARY KEY ("token")
);

-- CreateTable
CREATE TABLE "acme_account" (
    "directory" TEXT NOT NULL,
    "key_sealed" TEXT NOT NULL,
    "account_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "acme_account_pkey" PRIMARY KEY ("directory")
);

-- CreateIndex
CREATE INDEX "custom_domain_tenant_id_created_at_idx" ON "custom_domain"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "domain_challenge_domain_id_idx" ON "domain_challenge"("domain_id");

-- AddForeignKey
ALTER TABLE "custom_domain" ADD CONSTRAINT "custom_domain_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "domain_challenge" ADD CONSTRAINT "domain_challenge_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "custom_domain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "custom_domain" ADD CONSTRAINT "custom_domain_status" CHECK ("status" IN ('claimed', 'verified', 'live', 'failing', 'lost', 'removed'));
-- a host that is proven belongs to one tenant; a claim alone keeps nobody else from proving it
CREATE UNIQUE INDEX "custom_domain_proven" ON "custom_domain" ("host") WHERE "status" IN ('verified', 'live', 'failing');
CREATE UNIQUE INDEX "custom_domain_claim" ON "custom_domain" ("tenant_id", "host") WHERE "status" NOT IN ('lost', 'removed');
CREATE UNIQUE INDEX "custom_domain_canonical" ON "custom_domain" ("tenant_id") WHERE "canonical";
CREATE INDEX "custom_domain_due" ON "custom_domain" ("next_at") WHERE "next_at" IS NOT NULL;
