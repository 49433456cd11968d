-- CreateTable
CREATE TABLE "deletion_certificate" (
    "tenant_id" TEXT NOT NULL,
    "jws" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deletion_certificate_pkey" PRIMARY KEY ("tenant_id")
);
