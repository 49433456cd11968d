-- CreateTable
CREATE TABLE "workflow_signal" (
    "workflow_id" TEXT NOT NULL,
    "signal" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workflow_signal_pkey" PRIMARY KEY ("workflow_id","signal")
);

-- CreateIndex
CREATE INDEX "workflow_signal_sent_at_idx" ON "workflow_signal"("sent_at");
-- Written by hand below this line.
