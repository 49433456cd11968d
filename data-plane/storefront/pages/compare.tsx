import { compareProducts, type ProductComparison } from '../../core/catalogue/contract.ts'
import { Icon } from '../components/icon.tsx'
import { EmptyState } from '../components/layout.tsx'
import { Picture } from '../components/picture.tsx'
import { Price, Stock } from '../components/price.tsx'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'
import { Heading } from './catalogue.tsx'

const most = 4

/** Products to compare: those of the address (a link to share), else those this visitor collected. */
function chosenIds(visit: Visit): string[] {
  const text = visit.query.get('ids') ?? visit.cookie('compare') ?? ''
  return [...new Set(text.split(',').filter((id) => /^[a-z]+_[0-9a-z]{10,40}$/.test(id)))].slice(0, most)
}

/** `add` puts a product beside the others (the oldest gives way to a fifth), `remove` takes one away. */
export function changeComparison(visit: Visit): Answer {
  const added = visit.form.text('add')
  const removed = visit.form.text('remove')
  const kept = chosenIds(visit).filter((id) => id !== removed && id !== added)
  const ids = (added ? [...kept, added] : kept).slice(-most)
  visit.ctx.cookies.set('compare', ids.join(','), { maxAge: 7 * 86_400 })
  return seeOther(visit.href('/compare', { ids: ids.join(',') }))
}

export async function compare(visit: Visit): Promise<Answer> {
  const { t } = visit
  const ids = chosenIds(visit)
  const found = ids.length > 0 ? await attempt(visit.call(compareProducts, { query: { ids: ids.join(',') } })) : null
  const comparison = found?.ok ? found.value : null
  return page(
    t('compare.title'),
    <>
      <Heading
        visit={visit}
        title={t('compare.title')}
        crumbs={[{ label: t('action.home'), href: visit.href('/') }, { label: t('compare.title') }]}
      />
      <div className="shell mt-4">
        {comparison && comparison.products.length > 0 ? (
          <Table visit={visit} comparison={comparison} />
        ) : (
          <EmptyState icon="compare" title={t('compare.empty_title')} text={t('compare.empty_text')}>
            <a className="button" data-primary="" href={visit.href(visit.shopPath)}>
              {t('header.all_products')}
            </a>
          </EmptyState>
        )}
      </div>
    </>,
    { noIndex: true },
  )
}

function Table({ visit, comparison }: { visit: Visit; comparison: ProductComparison }) {
  const { t } = visit
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto" tabIndex={0} aria-label={t('compare.title')}>
      <table className="w-full min-w-[40rem] table-fixed border-collapse text-start">
        <caption className="sr-only">{t('compare.title')}</caption>
        <thead>
          <tr className="align-top">
            <td className="w-32 lg:w-48" />
            {comparison.products.map((product) => (
              <th key={product.id} scope="col" className="p-3 text-start font-normal">
                <div className="tile-picture max-w-56">
                  <Picture picture={product.picture} size={224} decorative />
                </div>
                <a className="link mt-3 block font-semibold" href={visit.href(`/products/${product.handle}`)}>
                  {product.title}
                </a>
                <form method="post" action={visit.href('/compare')}>
                  <input type="hidden" name="remove" value={product.id} />
                  <button type="submit" className="button -ms-3" data-plain="">
                    <Icon name="close" size={18} />
                    {t('cart.remove')}
                    <span className="sr-only">{product.title}</span>
                  </button>
                </form>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Row name={t('compare.price')}>
            {comparison.products.map((product) => (
              <td key={product.id} className="p-3">
                <Price visit={visit} from={product.price_from} to={product.price_to} struck={product.struck_price} />
              </td>
            ))}
          </Row>
          <Row name={t('facet.availability')}>
            {comparison.products.map((product) => (
              <td key={product.id} className="p-3">
                <Stock visit={visit} availability={product.availability} left={null} />
              </td>
            ))}
          </Row>
          <Row name={t('facet.vendor')}>
            {comparison.products.map((product) => (
              <td key={product.id} className="p-3">
                <bdi>{product.vendor.name}</bdi>
              </td>
            ))}
          </Row>
          {comparison.rows.map((row) => (
            <Row key={row.code} name={row.name} differs={row.differs}>
              {row.values.map((value, index) => (
                <td key={comparison.products[index]?.id ?? index} className="p-3">
                  {value === null ? <span className="quiet">–</span> : <bdi>{value}</bdi>}
                </td>
              ))}
            </Row>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ name, differs = false, children }: { name: string; differs?: boolean; children: React.ReactNode }) {
  return (
    <tr className={`border-line border-t ${differs ? 'bg-panel' : ''}`}>
      <th scope="row" className="p-3 text-start font-semibold">
        {name}
      </th>
      {children}
    </tr>
  )
}
