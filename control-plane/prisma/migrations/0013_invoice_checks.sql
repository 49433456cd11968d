-- A variable of the check had the name of a keyword.
CREATE OR REPLACE FUNCTION "invoice_agrees"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed JSONB := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  subject TEXT := CASE WHEN TG_TABLE_NAME = 'invoice' THEN changed ->> 'id' ELSE changed ->> 'invoice_id' END;
  kept "invoice"%ROWTYPE;
BEGIN
  SELECT * INTO kept FROM "invoice" WHERE "id" = subject;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF (SELECT COALESCE(sum("amount"), 0) FROM "invoice_line" WHERE "invoice_id" = subject) <> kept."subtotal_amount"
    OR (SELECT COALESCE(sum("tax_amount"), 0) FROM "invoice_line" WHERE "invoice_id" = subject) <> kept."tax_amount"
    OR (SELECT COALESCE(sum("amount"), 0) FROM "invoice_payment" WHERE "invoice_id" = subject AND "kind" = 'payment') <> kept."paid_amount"
    OR (SELECT COALESCE(sum("amount"), 0) FROM "invoice_payment" WHERE "invoice_id" = subject AND "kind" = 'refund') <> kept."refunded_amount"
    OR (SELECT COALESCE(sum("total_amount"), 0) FROM "invoice" WHERE "refers_to_id" = subject AND "status" <> 'draft') <> kept."credited_amount" THEN
    RAISE EXCEPTION 'invoice % does not add up', subject USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_agrees';
  END IF;
  IF kept."sequence" > 1 AND NOT EXISTS (SELECT 1 FROM "invoice" WHERE "kind" = kept."kind" AND "year" = kept."year" AND "sequence" = kept."sequence" - 1) THEN
    RAISE EXCEPTION 'invoice % leaves a gap', kept."number" USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_without_gaps';
  END IF;
  IF kept."refers_to_id" IS NOT NULL AND kept."status" <> 'draft' AND
    (SELECT COALESCE(sum("total_amount"), 0) FROM "invoice" WHERE "refers_to_id" = kept."refers_to_id" AND "status" <> 'draft')
    <> (SELECT "credited_amount" FROM "invoice" WHERE "id" = kept."refers_to_id") THEN
    RAISE EXCEPTION 'credit note % does not add up with its invoice', kept."number" USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_agrees';
  END IF;
  RETURN NULL;
END $$;
