-- AlterTable
ALTER TABLE "staff_user" ADD COLUMN     "locale" TEXT NOT NULL DEFAULT 'en',
ADD COLUMN     "password_changed_at" TIMESTAMPTZ(3),
ADD COLUMN     "totp_enabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "totp_offer_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "totp_offer_sealed" TEXT,
ADD COLUMN     "totp_sealed" TEXT,
ADD COLUMN     "totp_step" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "staff_session" ADD COLUMN     "last_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "sign_in_id" TEXT;

-- AlterTable
ALTER TABLE "authorization" ADD COLUMN     "known_hash" TEXT,
ADD COLUMN     "known_user_id" TEXT,
ADD COLUMN     "sign_in_id" TEXT;

-- AlterTable
ALTER TABLE "browser_session" ADD COLUMN     "sign_in_id" TEXT;

-- CreateTable
CREATE TABLE "staff_recovery_code" (
    "user_id" TEXT NOT NULL,
    "code_hash" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "staff_recovery_code_pkey" PRIMARY KEY ("user_id","code_hash")
);

-- CreateTable
CREATE TABLE "staff_link" (
    "token_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "email_sealed" TEXT,
    "email_index" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "staff_link_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "time_mark" (
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "time_mark_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT,
    "template" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "recipient_sealed" TEXT NOT NULL,
    "recipient_index" TEXT NOT NULL,
    "parameters_sealed" TEXT,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "staff_link_user_id_kind_idx" ON "staff_link"("user_id", "kind");

-- CreateIndex
CREATE INDEX "staff_link_expires_at_idx" ON "staff_link"("expires_at");

-- CreateIndex
CREATE INDEX "mail_created_at_idx" ON "mail"("created_at");

-- CreateIndex
CREATE INDEX "mail_status_created_at_idx" ON "mail"("status", "created_at");

-- CreateIndex
CREATE INDEX "mail_template_created_at_idx" ON "mail"("template", "created_at");

-- CreateIndex
CREATE INDEX "mail_tenant_id_created_at_idx" ON "mail"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "mail_recipient_index_created_at_idx" ON "mail"("recipient_index", "created_at");

-- CreateIndex
CREATE INDEX "staff_session_sign_in_id_idx" ON "staff_session"("sign_in_id");

-- CreateIndex
CREATE UNIQUE INDEX "browser_session_sign_in_id_key" ON "browser_session"("sign_in_id");

-- AddForeignKey
ALTER TABLE "staff_recovery_code" ADD CONSTRAINT "staff_recovery_code_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "staff_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "staff_link" ADD CONSTRAINT "staff_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "staff_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Sign-ins of before: each session is one of its own.
UPDATE "staff_session" SET "sign_in_id" = "id", "last_used_at" = "created_at";
ALTER TABLE "staff_session" ALTER COLUMN "sign_in_id" SET NOT NULL, ALTER COLUMN "last_used_at" SET NOT NULL;
UPDATE "browser_session" SET "sign_in_id" = 'sin_' || "token_hash";
ALTER TABLE "browser_session" ALTER COLUMN "sign_in_id" SET NOT NULL;

-- The sessions of one account that go on: the limit is counted at every sign-in.
CREATE INDEX "staff_session_open" ON "staff_session" ("user_id", "created_at") WHERE "revoked_at" IS NULL;
-- The worker's search: however many have left, only those that have not are looked through.
CREATE INDEX "mail_waiting" ON "mail" ("due_at") WHERE "status" = 'queued';
CREATE UNIQUE INDEX "signing_key_one_next" ON "signing_key" ((true)) WHERE "status" = 'next';

ALTER TABLE "mail" ADD CONSTRAINT "mail_status_known" CHECK ("status" IN ('queued', 'sent', 'dead'));
ALTER TABLE "mail" ADD CONSTRAINT "mail_tenant_exists" FOREIGN KEY ("tenant_id") REFERENCES "tenant" ("id");
ALTER TABLE "staff_link" ADD CONSTRAINT "staff_link_kind_known" CHECK ("kind" IN ('password-reset', 'email-change'));
ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_status_known" CHECK ("status" IN ('next', 'active', 'retired', 'withdrawn'));
