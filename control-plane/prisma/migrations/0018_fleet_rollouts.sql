-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "internal" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "rollout" (
    "id" TEXT NOT NULL,
    "to_release" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "rings" TEXT[],
    "soak_seconds" INTEGER NOT NULL,
    "max_failures" INTEGER,
    "parallel" INTEGER NOT NULL,
    "rehearse" BOOLEAN NOT NULL,
    "control_share" DOUBLE PRECISION NOT NULL,
    "thresholds" JSONB NOT NULL,
    "back_scope" TEXT,
    "failure" JSONB,
    "paused_reason" TEXT,
    "requested_by" TEXT NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout_ring" (
    "rollout_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "max_failures" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "soak_started_at" TIMESTAMPTZ(3),
    "soak_until" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "gate" JSONB,

    CONSTRAINT "rollout_ring_pkey" PRIMARY KEY ("rollout_id","position")
);

-- CreateTable
CREATE TABLE "rollout_tenant" (
    "rollout_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "ring" INTEGER,
    "control" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL,
    "from_release" TEXT NOT NULL,
    "reason" TEXT,
    "message" TEXT,
    "operation_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(3),
    "wedged" BOOLEAN NOT NULL DEFAULT false,
    "window_opens_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "rollout_tenant_pkey" PRIMARY KEY ("rollout_id","tenant_id")
);

-- CreateTable
CREATE TABLE "rollout_event" (
    "sequence" BIGSERIAL NOT NULL,
    "rollout_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "ring" TEXT,
    "tenant_id" TEXT,
    "tenant_slug" TEXT,
    "parameters" JSONB NOT NULL,
    "gate" JSONB,
    "message" TEXT NOT NULL,

    CONSTRAINT "rollout_event_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "rollout_sample" (
    "rollout_id" TEXT NOT NULL,
    "ring" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "sample" JSONB NOT NULL,

    CONSTRAINT "rollout_sample_pkey" PRIMARY KEY ("rollout_id","ring","at")
);

-- CreateTable
CREATE TABLE "tenant_pin" (
    "tenant_id" TEXT NOT NULL,
    "release" TEXT,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "owner" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenant_pin_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "maintenance_window" (
    "tenant_id" TEXT NOT NULL,
    "days" INTEGER[],
    "opens" TEXT NOT NULL,
    "closes" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "maintenance_window_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "fleet_freeze" (
    "id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3),
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fleet_freeze_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "rollout_status_created_at_idx" ON "rollout"("status", "created_at");

-- CreateIndex
CREATE INDEX "rollout_created_at_idx" ON "rollout"("created_at");

-- CreateIndex
CREATE INDEX "rollout_to_release_idx" ON "rollout"("to_release");

-- CreateIndex
CREATE INDEX "rollout_tenant_rollout_id_ring_slug_idx" ON "rollout_tenant"("rollout_id", "ring", "slug");

-- CreateIndex
CREATE INDEX "rollout_tenant_rollout_id_status_ring_slug_idx" ON "rollout_tenant"("rollout_id", "status", "ring", "slug");

-- CreateIndex
CREATE INDEX "rollout_tenant_tenant_id_idx" ON "rollout_tenant"("tenant_id");

-- CreateIndex
CREATE INDEX "rollout_event_rollout_id_sequence_idx" ON "rollout_event"("rollout_id", "sequence");

-- CreateIndex
CREATE INDEX "rollout_event_rollout_id_tenant_id_sequence_idx" ON "rollout_event"("rollout_id", "tenant_id", "sequence");

-- AddForeignKey
ALTER TABLE "rollout_ring" ADD CONSTRAINT "rollout_ring_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_tenant" ADD CONSTRAINT "rollout_tenant_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_tenant" ADD CONSTRAINT "rollout_tenant_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_event" ADD CONSTRAINT "rollout_event_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_sample" ADD CONSTRAINT "rollout_sample_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenant_pin" ADD CONSTRAINT "tenant_pin_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_window" ADD CONSTRAINT "maintenance_window_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "rollout" ADD CONSTRAINT "rollout_status" CHECK ("status" IN ('planned', 'running', 'paused', 'rolling_back', 'succeeded', 'rolled_back'));
ALTER TABLE "rollout_ring" ADD CONSTRAINT "rollout_ring_status" CHECK ("status" IN ('pending', 'upgrading', 'soaking', 'passed', 'skipped', 'rolling_back', 'rolled_back', 'not_reached'));
ALTER TABLE "rollout_tenant" ADD CONSTRAINT "rollout_tenant_status" CHECK ("status" IN ('pending', 'upgrading', 'upgraded', 'rolling_back', 'rolled_back', 'failed', 'skipped', 'blocked', 'not_reached'));
-- only one rollout changes the fleet at a time
CREATE UNIQUE INDEX "rollout_active" ON "rollout" ((true)) WHERE "status" IN ('running', 'paused', 'rolling_back');
-- what a rollout is working at
CREATE INDEX "rollout_tenant_moving" ON "rollout_tenant" ("rollout_id") WHERE "status" IN ('upgrading', 'rolling_back');
-- the demo tenant shows every new release first
UPDATE "tenant" SET "internal" = true WHERE "slug" = 'dakkah' AND "test";
