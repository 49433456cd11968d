import type { ApiError } from '@cityos/contract'
import { type Cart, holdCartLine, removeCartLine, updateCartLine } from '../../core/cart/contract.ts'
import { getProduct } from '../../core/catalogue/contract.ts'
import { addToCart, cartIdOf, currentCart, type LineToAdd, remember } from '../cart-access.ts'
import { CartGroups } from '../components/cart-lines.tsx'
import { Icon } from '../components/icon.tsx'
import { EmptyState, NoticeBox, ProblemNotice } from '../components/layout.tsx'
import { Amount } from '../components/price.tsx'
import { Totals } from '../components/totals.tsx'
import { failureText } from '../failure-text.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'
import { productPage } from './product.tsx'

const productKind = 'catalogue.product'

export async function cart(visit: Visit): Promise<Answer> {
  return cartPage(visit, await currentCart(visit), null)
}

function cartPage(visit: Visit, cart: Cart | null, problem: ApiError | null): Answer {
  const { t } = visit
  const filled = cart !== null && cart.lines.length > 0
  return page(
    t('cart.title'),
    <div className="shell pt-6" data-cart="">
      <h1 className="mb-5 text-3xl lg:text-4xl">
        {t('cart.title')}
        {filled && <span className="quiet font-normal text-lg"> {t('cart.count', { count: cart.count })}</span>}
      </h1>
      <ProblemNotice text={problem && failureText(visit, problem)} />
      <Undo visit={visit} />
      {filled ? (
        <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <CartGroups visit={visit} cart={cart} />
          <Summary visit={visit} cart={cart} />
        </div>
      ) : (
        <Empty visit={visit} />
      )}
    </div>,
    { noIndex: true, canonical: '/cart', status: problem ? problem.status : 200 },
  )
}

function Empty({ visit }: { visit: Visit }) {
  return (
    <EmptyState icon="bag" title={visit.t('cart.empty_title')} text={visit.t('cart.empty_text')}>
      <a className="button" data-primary="" href={visit.href(visit.shopPath)}>
        {visit.t('home.shop_now')}
      </a>
    </EmptyState>
  )
}

function Summary({ visit, cart }: { visit: Visit; cart: Cart }) {
  const { t } = visit
  const blocked = cart.lines.some((line) => line.error !== null)
  const shippingKnown = cart.vendors.every((group) => group.shipping !== null)
  return (
    <aside className="card p-5 lg:sticky lg:top-6" aria-labelledby="summary">
      <h2 id="summary" className="mb-4 text-xl">
        {t('cart.summary')}
      </h2>
      <Totals visit={visit} {...cart.totals} ships={cart.requires_shipping} shipping={shippingKnown ? cart.totals.shipping : null} />
      {blocked && (
        <p className="mt-4 flex gap-2 text-bad text-sm">
          <Icon name="warning" size={18} />
          {t('cart.blocked')}
        </p>
      )}
      {visit.suspended ? (
        <p className="notice mt-5" data-tone="warn">
          {t(visit.pauseNotice)}
        </p>
      ) : (
        <a className="button mt-5 w-full" data-primary="" data-large="" href={visit.href('/checkout')}>
          {t('cart.checkout')}
        </a>
      )}
      <p className="quiet mt-3 flex items-center justify-center gap-1.5 text-sm">
        <Icon name="lock" size={16} />
        {t('cart.guest')}
      </p>
    </aside>
  )
}

/** What was just taken out can be put back with one press; the address carries it, nothing is stored. */
function Undo({ visit }: { visit: Visit }) {
  const variant = visit.query.get('removed')
  const quantity = visit.query.get('quantity') ?? '1'
  if (!variant || !/^[a-z]+_[0-9a-z]{10,40}$/.test(variant) || !/^\d{1,4}$/.test(quantity)) return null
  return (
    <form method="post" action={visit.href('/cart/lines')} data-cart-change="" className="notice mb-5 items-center" role="status">
      <input type="hidden" name="variant_id" value={variant} />
      <input type="hidden" name="quantity" value={quantity} />
      <span className="flex-1">{visit.t('cart.removed')}</span>
      <button type="submit" className="button">
        <Icon name="undo" size={18} />
        {visit.t('cart.undo')}
      </button>
    </form>
  )
}

/** `POST /cart/lines`: a variant by id, or a product with chosen options. Scripts get the drawer, others the cart. */
export async function addLine(visit: Visit): Promise<Answer> {
  const handle = visit.form.text('product')
  const detail = handle ? await visit.call(getProduct, { params: { handle }, query: {} }) : null
  const variant =
    visit.form.text('variant_id') ||
    detail?.variants.find((candidate) =>
      Object.entries(candidate.options).every(([code, value]) => visit.form.text(`option.${code}`) === value),
    )?.id
  if (!variant) return detail ? productPage(visit, detail, visit.t('product.choose_all')) : seeOther(visit.href('/cart'))
  const line: LineToAdd = { kind: productKind, choice: { variant_id: variant }, quantity: visit.form.integer('quantity') || 1 }
  const added = await addToCart(visit, line)
  if (isFragment(visit)) return drawer(visit, added.ok ? added.value : null, added.ok ? null : added.error)
  if (added.ok) {
    if (detail) visit.notify('added')
    return seeOther(visit.href('/cart'))
  }
  if (detail) return productPage(visit, detail, failureText(visit, added.error))
  return cartPage(visit, await currentCart(visit), added.error)
}

export async function changeLine(visit: Visit): Promise<Answer> {
  const id = cartIdOf(visit)
  const quantity = visit.form.integer('quantity')
  if (!id || quantity === null) return seeOther(visit.href('/cart'))
  const changed = await attempt(visit.call(updateCartLine, { params: { id, line_id: visit.param('line') }, body: { quantity } }))
  if (!changed.ok) return cartPage(visit, await currentCart(visit), changed.error)
  remember(visit, changed.value)
  return seeOther(visit.href('/cart'))
}

/** `POST /cart/lines/{line}/hold`: takes again what had run out, when it is still to be had. */
export async function holdLine(visit: Visit): Promise<Answer> {
  const id = cartIdOf(visit)
  if (!id) return seeOther(visit.href('/cart'))
  const held = await attempt(visit.call(holdCartLine, { params: { id, line_id: visit.param('line') } }))
  if (!held.ok) return cartPage(visit, await currentCart(visit), held.error)
  remember(visit, held.value)
  visit.notify('held')
  return seeOther(visit.href('/cart'))
}

export async function removeLine(visit: Visit): Promise<Answer> {
  const id = cartIdOf(visit)
  if (!id) return seeOther(visit.href('/cart'))
  const before = await currentCart(visit)
  const line = before?.lines.find((candidate) => candidate.id === visit.param('line'))
  const removed = await attempt(visit.call(removeCartLine, { params: { id, line_id: visit.param('line') } }))
  if (!removed.ok && removed.error.status !== 404) return cartPage(visit, await currentCart(visit), removed.error)
  if (removed.ok) remember(visit, removed.value)
  const variant = line?.choice['variant_id']
  const undo = line?.kind === productKind && typeof variant === 'string' ? { removed: variant, quantity: String(line.quantity) } : {}
  return seeOther(visit.href('/cart', undo))
}

const isFragment = (visit: Visit): boolean => visit.ctx.headers['x-fragment'] === 'drawer'

/** What slides in after something was added: the cart in short, and the way to pay. */
function drawer(visit: Visit, cart: Cart | null, problem: ApiError | null): Answer {
  const { t } = visit
  return {
    kind: 'fragment',
    status: problem ? problem.status : 200,
    body: (
      <div className="flex h-full flex-col" data-count={cart?.count}>
        <div className="flex items-center justify-between border-line border-b p-4">
          <p className="font-semibold text-xl" role="status">
            {problem ? t('cart.title') : t('notice.added')}
          </p>
          <button type="button" className="icon-button" data-close="" aria-label={t('action.close')}>
            <Icon name="close" size={24} />
          </button>
        </div>
        <div className="flex-1 overflow-y-auto p-4">
          {problem && (
            <NoticeBox tone="bad" role="alert">
              {failureText(visit, problem)}
            </NoticeBox>
          )}
          {cart && <CartGroups visit={visit} cart={cart} compact />}
        </div>
        <div className="grid gap-3 border-line border-t p-4">
          {cart && (
            <p className="flex justify-between font-semibold text-lg">
              <span>{t('totals.subtotal')}</span>
              <Amount visit={visit} value={cart.totals.subtotal} />
            </p>
          )}
          <a className="button" data-primary="" data-large="" href={visit.href('/cart')}>
            {t('cart.view')}
          </a>
          <button type="button" className="button" data-close="">
            {t('cart.go_on')}
          </button>
        </div>
      </div>
    ),
  }
}
