-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "cell" TEXT;

-- CreateTable
CREATE TABLE "cell" (
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "residency_zone" TEXT,
    "plans" TEXT[],
    "databases" INTEGER NOT NULL,
    "namespaces" INTEGER NOT NULL,
    "cluster" JSONB NOT NULL,
    "access_sealed" TEXT NOT NULL,
    "is_open" BOOLEAN NOT NULL DEFAULT true,
    "from_installation" BOOLEAN NOT NULL DEFAULT false,
    "unreachable_since" TIMESTAMPTZ(3),
    "unreachable_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cell_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "cell_region_name_idx" ON "cell"("region", "name");

-- CreateIndex
CREATE INDEX "tenant_cell_deleted_at_idx" ON "tenant"("cell", "deleted_at");

-- AddForeignKey
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_cell_fkey" FOREIGN KEY ("cell") REFERENCES "cell"("name") ON DELETE RESTRICT ON UPDATE CASCADE;
