-- AlterTable
ALTER TABLE "publishable_key" ADD COLUMN     "channel_id" TEXT;
-- Written by hand below this line.

ALTER TABLE "publishable_key" ADD CONSTRAINT "publishable_key_channel" FOREIGN KEY ("channel_id") REFERENCES "sales_channel" ("id");
