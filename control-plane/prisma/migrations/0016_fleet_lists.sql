-- The fleet as a list of ten thousand: text is found by trigrams of address and names, every order has an index that ends with the id.
CREATE FUNCTION "tenant_search_text"("slug" text, "name" jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower("slug" || ' ' || COALESCE("name"->>'en', '') || ' ' || COALESCE("name"->>'fr', '') || ' ' || COALESCE("name"->>'ar', ''));
CREATE INDEX "tenant_search" ON "tenant" USING gin ((tenant_search_text("slug", "name")) gin_trgm_ops);
CREATE INDEX "tenant_domain_search" ON "tenant_domain" USING gin ("host" gin_trgm_ops);

CREATE INDEX "tenant_by_created" ON "tenant" ("created_at", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_updated" ON "tenant" ("updated_at", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_slug" ON "tenant" ("slug", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_name" ON "tenant" ((lower("name"->>'en')), "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_status" ON "tenant" ("status", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_runtime" ON "tenant" ("runtime", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_plan" ON "tenant" ("plan_code", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_by_release" ON "tenant" ("release", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_of_runtime" ON "tenant" ("runtime", "created_at", "id") WHERE "deleted_at" IS NULL;
CREATE INDEX "tenant_quarantined" ON "tenant" ("created_at", "id") WHERE "quarantined" AND "deleted_at" IS NULL;
