/** Runs one statement as the owner of a tenant's database. */
type Query = (sql: string, values?: unknown[]) => Promise<unknown>

// Words are written as the index folds them (core/catalogue/search/fold.ts), so that plain SQL can write its documents.
const qualities = [
  ['light', 'leger', 'خفيف'],
  ['warm', 'chaud', 'دافي'],
  ['bright', 'vif', 'لامع'],
  ['quiet', 'discret', 'هادي'],
  ['strong', 'solide', 'متين'],
  ['small', 'petit', 'صغير'],
  ['wide', 'large', 'عريض'],
  ['old', 'ancien', 'قديم'],
  ['young', 'jeune', 'جديد'],
  ['golden', 'dore', 'ذهبي'],
  ['green', 'vert', 'عشبي'],
  ['royal', 'royal', 'ملكي'],
  ['simple', 'simple', 'بسيط'],
  ['woven', 'tisse', 'منسوج'],
  ['carved', 'sculpte', 'منقوش'],
]
const things = [
  ['thobe', 'thobe', 'ثوب'],
  ['lantern', 'lanterne', 'فانوس'],
  ['kettle', 'bouilloire', 'غلاي'],
  ['carpet', 'tapis', 'سجاد'],
  ['perfume', 'parfum', 'عطر'],
  ['watch', 'montre', 'منبه'],
  ['saddle', 'selle', 'سرج'],
  ['mirror', 'miroir', 'مرايا'],
  ['bottle', 'flacon', 'قارور'],
  ['blanket', 'plaid', 'لحاف'],
  ['camera', 'objectif', 'عدسه'],
  ['headphone', 'casque', 'سماع'],
  ['notebook', 'carnet', 'دفتر'],
  ['backpack', 'sacoche', 'حقيبه'],
  ['galaxy', 'galaxie', 'جالكسي'],
  ['falcon', 'faucon', 'صقر'],
  ['honey', 'miel', 'عسل'],
]

/**
 * Fills a tenant's catalogue for the benchmark: `products` published products over 42 categories and 6 vendors, each with
 * two or three variants, prices in riyals and dollars, stock, a picture, titles in three languages and a search document.
 * Plain SQL, all in one go; what is there already stays as it is.
 */
export async function seedBenchCatalogue(query: Query, products: number): Promise<void> {
  await query('BEGIN')
  try {
    for (const [sql, values] of statements(products)) await query(sql, values)
    await query('COMMIT')
  } catch (error) {
    await query('ROLLBACK')
    throw error
  }
  // As after a night's rest: visibility known, so that counts need not look at every row.
  await query('VACUUM ANALYZE')
}

/** `prd_01bench0000000000000000042`: a prefixed ULID that sorts by number. */
const id = (prefix: string, number: string) => `'${prefix}_01bench' || lpad((${number})::text, 19, '0')`

function statements(products: number): [string, unknown[]?][] {
  const words = JSON.stringify({ qualities, things })
  const product = `FROM generate_series(1, $1::int) n`
  const variants = `FROM generate_series(1, $1::int) n, generate_series(1, 2 + n % 2) k`
  const variantNumber = 'n * 10 + k'
  const amount = `(1000 + (n * 7919 % 90000) + k * 500)`
  const dollars = `round(${amount} * 0.2667)::bigint`
  return [
    [
      `INSERT INTO category (id, handle, path, depth, position, name)
      SELECT ${id('cat', '0')}, 'bench', (${id('cat', '0')})::ltree, 1, 99, '{"en":"Bench","fr":"Banc","ar":"قياس"}' ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO category (id, handle, parent_id, path, depth, position, name)
      SELECT ${id('cat', 'n')}, 'bench-' || n, ${id('cat', '0')}, ((${id('cat', '0')}) || '.' || (${id('cat', 'n')}))::ltree, 2, n,
        json_build_object('en', 'Shelf ' || n, 'fr', 'Rayon ' || n, 'ar', 'رف ' || n) FROM generate_series(1, 42) n ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO vendor (id, handle, name, legal_name, kind, tier, status, vat_no, verticals)
      SELECT ${id('ven', 'n')}, 'bench-vendor-' || n, json_build_object('en', 'Bench vendor ' || n, 'fr', 'Vendeur ' || n, 'ar', 'بائع ' || n),
        'Bench vendor ' || n, 'company', 'pro', 'active', '310000000' || lpad(n::text, 5, '0') || '3', '{catalogue}' FROM generate_series(1, 6) n ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO stock_location (id, handle, name, vendor_id, is_default)
      SELECT ${id('loc', 'n')}, 'bench-' || n, '{"en":"Bench"}', ${id('ven', 'n')}, true FROM generate_series(1, 6) n ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO file (id, key, owner, visibility, sha256, bytes, mime, width, height, status)
      SELECT ${id('fil', '1')}, '${'0'.repeat(32)}.svg', 'bench', 'public', '', 0, 'image/svg+xml', 800, 800, 'ready' ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO product (id, handle, title, description, kind, vendor_id, status, category_id, attributes, published_at, created_at)
      SELECT ${id('prd', 'n')}, 'bench-' || n,
        json_build_object('en', initcap(q->>0) || ' ' || (t->>0) || ' ' || n, 'fr', initcap(t->>1) || ' ' || (q->>1) || ' ' || n, 'ar', (t->>2) || ' ' || (q->>2) || ' ' || n),
        json_build_object('en', 'Made for the bench, number ' || n || ': ' || (q->>0) || ' and ready.', 'fr', 'Fait pour le banc, numéro ' || n, 'ar', 'صنع للقياس رقم ' || n),
        'physical', ${id('ven', '1 + n % 6')}, 'published', ${id('cat', '1 + n % 42')}, '{}',
        now() - n * interval '7 minutes', now() - n * interval '7 minutes'
      ${product}, LATERAL (SELECT $2::jsonb->'qualities'->(n % ${qualities.length}) AS q, $2::jsonb->'things'->(n * 5 / 3 % ${things.length}) AS t) w ON CONFLICT DO NOTHING`,
      [products, words],
    ],
    [
      `INSERT INTO product_option (id, product_id, code, name, position)
      SELECT ${id('opt', 'n')}, ${id('prd', 'n')}, 'size', '{"en":"Size","fr":"Taille","ar":"المقاس"}', 0 ${product} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO option_value (id, option_id, code, name, position)
      SELECT ${id('opv', variantNumber)}, ${id('opt', 'n')}, 's' || k, json_build_object('en', 'S' || k), k ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO variant (id, product_id, vendor_id, sku, options, option_key, inventory_item_id, title, position)
      SELECT ${id('var', variantNumber)}, ${id('prd', 'n')}, ${id('ven', '1 + n % 6')}, 'BENCH-' || n || '-' || k,
        json_build_object('size', 's' || k), 'size:s' || k, ${id('inv', variantNumber)}, json_build_object('en', 'S' || k, 'fr', 'S' || k, 'ar', 'S' || k), k ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ],
    ...(['SAR', 'USD'] as const).map((currency, index): [string, unknown[]] => [
      `INSERT INTO variant_price (id, variant_id, currency_code, amount)
      SELECT ${id('pri', `n * 100 + k * 10 + ${index}`)}, ${id('var', variantNumber)}, '${currency}', ${currency === 'SAR' ? amount : dollars} ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ]),
    [
      `INSERT INTO product_price (product_id, currency_code, minimum_amount, maximum_amount)
      SELECT v.product_id, p.currency_code, min(p.amount), max(p.amount) FROM variant v JOIN variant_price p ON p.variant_id = v.id
      WHERE v.sku LIKE 'BENCH-%' GROUP BY 1, 2 ON CONFLICT DO NOTHING`,
    ],
    [
      `INSERT INTO inventory_item (id, variant_id, vendor_id, sku)
      SELECT ${id('inv', variantNumber)}, ${id('var', variantNumber)}, ${id('ven', '1 + n % 6')}, 'BENCH-' || n || '-' || k ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO inventory_level (id, inventory_item_id, location_id, on_hand)
      SELECT ${id('lvl', variantNumber)}, ${id('inv', variantNumber)}, ${id('loc', '1 + n % 6')}, 1000000 ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO stock_movement (id, inventory_level_id, kind, quantity, on_hand_after, reason, actor, created_at)
      SELECT ${id('mov', variantNumber)}, ${id('lvl', variantNumber)}, 'receive', 1000000, 1000000, 'opening stock', 'system:bench', now() ${variants} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO product_media (id, product_id, file_id, file_key, width, height, alt, position)
      SELECT ${id('med', 'n')}, ${id('prd', 'n')}, ${id('fil', '1')}, '${'0'.repeat(32)}.svg', 800, 800, p.title, 0
      ${product} JOIN product p ON p.id = ${id('prd', 'n')} ON CONFLICT DO NOTHING`,
      [products],
    ],
    [
      `INSERT INTO search_document (ref, kind, visible, handle, title, vendor_id, category_id, category_path, tags, terms, published_at, updated_at)
      SELECT p.id, 'product', true, p.handle, p.title, p.vendor_id, p.category_id, c.path,
        ARRAY(SELECT 'size:s' || k FROM generate_series(1, 2 + n % 2) k),
        (SELECT string_agg('''' || word || ''':' || position || 'A', ' ') FROM unnest(ARRAY[q->>0, t->>0, q->>1, t->>1, q->>2, t->>2, n::text]) WITH ORDINALITY u(word, position))::tsvector,
        p.published_at, now()
      ${product} JOIN product p ON p.id = ${id('prd', 'n')} JOIN category c ON c.id = p.category_id,
      LATERAL (SELECT $2::jsonb->'qualities'->(n % ${qualities.length}) AS q, $2::jsonb->'things'->(n * 5 / 3 % ${things.length}) AS t) w ON CONFLICT DO NOTHING`,
      [products, words],
    ],
    [
      `INSERT INTO search_word (word) SELECT DISTINCT word FROM jsonb_each($1::jsonb) kinds, jsonb_array_elements(kinds.value) row, jsonb_array_elements_text(row) word
      WHERE length(word) >= 4 ON CONFLICT DO NOTHING`,
      [words],
    ],
  ]
}
