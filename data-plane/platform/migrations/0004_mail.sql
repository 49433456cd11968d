-- CreateTable
CREATE TABLE "mail" (
    "id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "once" TEXT,
    "email" TEXT,
    "email_index" TEXT,
    "locale" TEXT,
    "content" TEXT,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "good_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "mail_once_key" ON "mail"("once");

-- CreateIndex
CREATE INDEX "mail_status_created_at_idx" ON "mail"("status", "created_at");

-- CreateIndex
CREATE INDEX "mail_created_at_idx" ON "mail"("created_at");

-- CreateIndex
CREATE INDEX "mail_email_index_idx" ON "mail"("email_index");
-- Written by hand below this line.

ALTER TABLE "mail" ADD CONSTRAINT mail_status_check CHECK (status IN ('queued', 'sent', 'dead', 'skipped'));
-- What is still to be carried out.
CREATE INDEX mail_todo ON "mail" (due_at) WHERE status = 'queued';
