-- CreateTable
CREATE TABLE "ledger_account" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "keeps_balance" BOOLEAN NOT NULL,
    "balance_amount" BIGINT NOT NULL DEFAULT 0,
    "held_amount" BIGINT NOT NULL DEFAULT 0,
    "allow_negative" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_txn" (
    "id" TEXT NOT NULL,
    "idempotency_ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "order_id" TEXT,
    "memo" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_txn_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "id" TEXT NOT NULL,
    "txn_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "currency_code" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ledger_account_kind_code_idx" ON "ledger_account"("kind", "code");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_code_currency_code_key" ON "ledger_account"("code", "currency_code");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_txn_idempotency_ref_key" ON "ledger_txn"("idempotency_ref");

-- CreateIndex
CREATE INDEX "ledger_txn_order_id_idx" ON "ledger_txn"("order_id");

-- CreateIndex
CREATE INDEX "ledger_entry_txn_id_idx" ON "ledger_entry"("txn_id");

-- CreateIndex
CREATE INDEX "ledger_entry_account_id_created_at_idx" ON "ledger_entry"("account_id", "created_at");

-- CreateIndex
CREATE INDEX "ledger_entry_created_at_idx" ON "ledger_entry"("created_at");

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_txn_id_fkey" FOREIGN KEY ("txn_id") REFERENCES "ledger_txn"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Written by hand below this line.

ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_kind" CHECK ("kind" IN ('asset', 'liability', 'revenue', 'expense')),
  ADD CONSTRAINT "ledger_account_held" CHECK ("held_amount" >= 0),
  -- K6: what a liability account owes is −balance; it can never pay out more than it has and holds
  ADD CONSTRAINT "ledger_account_guard" CHECK (NOT "keeps_balance" OR "allow_negative" OR -"balance_amount" - "held_amount" >= 0);
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_amount" CHECK ("amount" <> 0);

-- entries are append-only; a correction is a reversing transaction
REVOKE UPDATE, DELETE ON "ledger_txn", "ledger_entry" FROM cityos_app;
REVOKE DELETE ON "ledger_account" FROM cityos_app;

-- Σ entries = 0 per transaction and currency, checked when the database transaction commits.
CREATE FUNCTION ledger_txn_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_entry WHERE txn_id = NEW.txn_id GROUP BY currency_code HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'ledger transaction % is not balanced', NEW.txn_id USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_txn_balanced';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_txn_balanced AFTER INSERT ON "ledger_entry"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_txn_balanced();

-- The only way money moves (K6, docs/spec/00-conventions.md). One call posts many transactions, so that a checkout
-- over many vendors costs one round trip.
-- posts: [{txn_id, ref, kind, order_id, memo, entries: [{entry_id, account_id, code, account_kind, keeps_balance, allow_negative, currency, amount}]}]
-- Answers the refs that were posted now; a ref that exists already is left alone (idempotent).
CREATE FUNCTION ledger_post(posts jsonb, at timestamptz) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  posted text[];
BEGIN
  WITH inserted AS (
    INSERT INTO ledger_txn (id, idempotency_ref, kind, order_id, memo, created_at)
    SELECT p.txn_id, p.ref, p.kind, p.order_id, p.memo, at
    FROM jsonb_to_recordset(posts) AS p(txn_id text, ref text, kind text, order_id text, memo text)
    ORDER BY p.ref
    ON CONFLICT (idempotency_ref) DO NOTHING
    RETURNING idempotency_ref
  )
  SELECT array_agg(idempotency_ref) INTO posted FROM inserted;
  IF posted IS NULL THEN RETURN; END IF;

  -- accounts that do not exist yet
  INSERT INTO ledger_account (id, code, kind, currency_code, keeps_balance, allow_negative, created_at)
  SELECT DISTINCT ON (e.code, e.currency) e.account_id, e.code, e.account_kind, e.currency, e.keeps_balance, e.allow_negative, at
  FROM jsonb_to_recordset(posts) AS p(ref text, entries jsonb),
       jsonb_to_recordset(p.entries) AS e(account_id text, code text, account_kind text, currency text, keeps_balance boolean, allow_negative boolean)
  WHERE p.ref = ANY (posted)
    AND NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.code = e.code AND a.currency_code = e.currency)
  ORDER BY e.code, e.currency, e.account_id
  ON CONFLICT (code, currency_code) DO NOTHING;

  INSERT INTO ledger_entry (id, txn_id, account_id, currency_code, amount, created_at)
  SELECT e.entry_id, p.txn_id, a.id, e.currency, e.amount, at
  FROM jsonb_to_recordset(posts) AS p(ref text, txn_id text, entries jsonb),
       jsonb_to_recordset(p.entries) AS e(entry_id text, code text, currency text, amount bigint)
       JOIN ledger_account a ON a.code = e.code AND a.currency_code = e.currency
  WHERE p.ref = ANY (posted);

  -- accounts that can refuse: locked last and in id order; the check constraint refuses
  PERFORM 1 FROM ledger_account a
  WHERE a.keeps_balance AND (a.code, a.currency_code) IN (
    SELECT e.code, e.currency FROM jsonb_to_recordset(posts) AS p(ref text, entries jsonb),
      jsonb_to_recordset(p.entries) AS e(code text, currency text) WHERE p.ref = ANY (posted))
  ORDER BY a.id FOR NO KEY UPDATE;
  UPDATE ledger_account a SET balance_amount = a.balance_amount + moved.amount
  FROM (
    SELECT e.code, e.currency, sum(e.amount) AS amount
    FROM jsonb_to_recordset(posts) AS p(ref text, entries jsonb),
         jsonb_to_recordset(p.entries) AS e(code text, currency text, amount bigint)
    WHERE p.ref = ANY (posted) GROUP BY 1, 2
  ) moved
  WHERE a.keeps_balance AND a.code = moved.code AND a.currency_code = moved.currency;

  RETURN QUERY SELECT unnest(posted);
END $$;

-- Nothing else writes: the application's role may only call the function.
ALTER FUNCTION ledger_post(jsonb, timestamptz) SECURITY DEFINER SET search_path = public;
REVOKE ALL ON FUNCTION ledger_post(jsonb, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post(jsonb, timestamptz) TO cityos_app;
REVOKE INSERT ON "ledger_txn", "ledger_entry" FROM cityos_app;
REVOKE INSERT, UPDATE ON "ledger_account" FROM cityos_app;
