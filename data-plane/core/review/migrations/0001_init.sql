-- CreateTable
CREATE TABLE "review" (
    "id" TEXT NOT NULL,
    "order_line_id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "vendor_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "vertical" TEXT NOT NULL,
    "reference_type" TEXT NOT NULL,
    "reference_id" TEXT NOT NULL,
    "title" JSONB NOT NULL,
    "rating" INTEGER NOT NULL,
    "text" TEXT,
    "author_name" TEXT,
    "locale" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'published',
    "hidden_reason" TEXT,
    "reply" TEXT,
    "replied_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "review_rating" (
    "reference_type" TEXT NOT NULL,
    "reference_id" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "sum" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_rating_pkey" PRIMARY KEY ("reference_type","reference_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "review_order_line_id_key" ON "review"("order_line_id");
-- Written by hand below this line.

ALTER TABLE "review"
  ADD CONSTRAINT "review_status" CHECK ("status" IN ('published', 'hidden')),
  ADD CONSTRAINT "review_stars" CHECK ("rating" BETWEEN 1 AND 5),
  ADD CONSTRAINT "review_line" FOREIGN KEY ("order_line_id") REFERENCES "order_line" ("id"),
  ADD CONSTRAINT "review_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id"),
  ADD CONSTRAINT "review_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "review_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id");
ALTER TABLE "review_rating" ADD CONSTRAINT "review_rating_sum" CHECK ("count" >= 0 AND "sum" BETWEEN "count" AND "count" * 5);

-- lists: of one thing, of one vendor, all of them
CREATE INDEX "review_by_reference" ON "review" ("reference_type", "reference_id", "created_at" DESC) WHERE "status" = 'published';
CREATE INDEX "review_by_vendor" ON "review" ("vendor_id", "created_at" DESC);
CREATE INDEX "review_by_time" ON "review" ("created_at" DESC);
