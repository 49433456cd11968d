-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "other_cell" TEXT;

-- CreateIndex
CREATE INDEX "tenant_other_cell_idx" ON "tenant"("other_cell");

-- AddForeignKey
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_other_cell_fkey" FOREIGN KEY ("other_cell") REFERENCES "cell"("name") ON DELETE RESTRICT ON UPDATE CASCADE;
