
ALTER TABLE "sample_offer"
  ADD CONSTRAINT "sample_offer_places" CHECK ("used" BETWEEN 0 AND "places" AND "price_amount" >= 0),
  ADD CONSTRAINT "sample_offer_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id");

ALTER TABLE "sample_place"
  ADD CONSTRAINT "sample_place_status" CHECK ("status" IN ('held', 'valid', 'used', 'cancelled', 'released')),
  ADD CONSTRAINT "sample_place_quantity" CHECK ("quantity" > 0),
  ADD CONSTRAINT "sample_place_vendor" FOREIGN KEY ("vendor_id") REFERENCES "vendor" ("id"),
  ADD CONSTRAINT "sample_place_order" FOREIGN KEY ("order_id") REFERENCES "order" ("id"),
  ADD CONSTRAINT "sample_place_order_line" FOREIGN KEY ("order_line_id") REFERENCES "order_line" ("id"),
  ADD CONSTRAINT "sample_place_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id");
