-- CreateTable
CREATE TABLE "persona" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "description" JSONB NOT NULL DEFAULT '{}',
    "axes" JSONB NOT NULL DEFAULT '{}',
    "constraints" JSONB NOT NULL DEFAULT '{}',
    "priority" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,
    "metadata" JSONB,

    CONSTRAINT "persona_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "persona_assignment" (
    "id" TEXT NOT NULL,
    "persona_id" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "persona_assignment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "persona_code_key" ON "persona"("code");

-- CreateIndex
CREATE INDEX "persona_priority_idx" ON "persona"("priority");

-- CreateIndex
CREATE INDEX "persona_created_at_idx" ON "persona"("created_at");

-- CreateIndex
CREATE INDEX "persona_assignment_persona_id_idx" ON "persona_assignment"("persona_id");

-- CreateIndex
CREATE INDEX "persona_assignment_expires_at_idx" ON "persona_assignment"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "persona_assignment_subject_kind_subject_id_key" ON "persona_assignment"("subject_kind", "subject_id");
-- Written by hand below this line.

ALTER TABLE "persona"
  ADD CONSTRAINT "persona_status" CHECK ("status" IN ('active', 'inactive'));
ALTER TABLE "persona_assignment"
  ADD CONSTRAINT "persona_assignment_subject" CHECK ("subject_kind" IN ('customer', 'session', 'surface', 'tenant')),
  ADD CONSTRAINT "persona_assignment_persona" FOREIGN KEY ("persona_id") REFERENCES "persona" ("id");
