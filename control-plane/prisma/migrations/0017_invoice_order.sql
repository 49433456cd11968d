-- CreateIndex
CREATE INDEX "invoice_due_at_idx" ON "invoice"("due_at");

-- CreateIndex
CREATE INDEX "invoice_total_amount_idx" ON "invoice"("total_amount");
