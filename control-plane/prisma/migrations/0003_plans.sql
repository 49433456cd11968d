-- The plans every platform starts with; `standard` is the default and has no trial. Prices are a proposal: change them here or by SQL before selling.
INSERT INTO "plan" ("code", "position", "name", "description", "price_amount", "currency_code", "interval", "trial_days", "limits", "is_default") VALUES
  ('starter', 1, '{"en":"Starter","fr":"Essentiel","ar":"المبتدئ"}',
   '{"en":"A first shop: try it for 14 days","fr":"Une première boutique, 14 jours d’essai","ar":"متجرك الأول مع تجربة لمدة 14 يومًا"}',
   19900, 'SAR', 'month', 14, '{"products":500,"vendors":5,"staff":3,"verticals":3,"storage_mb":1024}', false),
  ('standard', 2, '{"en":"Standard","fr":"Standard","ar":"القياسية"}',
   '{"en":"A marketplace with every vertical","fr":"Une place de marché avec tous les métiers","ar":"سوق متكامل بكل القطاعات"}',
   99900, 'SAR', 'month', 0, '{"products":20000,"vendors":200,"staff":50,"storage_mb":20480}', true),
  ('unlimited', 3, '{"en":"Unlimited","fr":"Illimité","ar":"بلا حدود"}',
   '{"en":"A city or a large brand: no limits","fr":"Une ville ou une grande marque, sans limites","ar":"لمدينة أو علامة كبرى دون حدود"}',
   499900, 'SAR', 'month', 0, '{}', false);
