-- CreateIndex
CREATE INDEX "governance_change_authority_id_revision_idx" ON "governance_change"("authority_id", "revision");

-- CreateIndex
CREATE INDEX "governance_change_node_id_revision_idx" ON "governance_change"("node_id", "revision");

-- CreateIndex
CREATE INDEX "governance_change_tenant_id_revision_idx" ON "governance_change"("tenant_id", "revision");
