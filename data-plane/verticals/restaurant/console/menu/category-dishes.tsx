import {
  EndpointDialog,
  FailureState,
  formatNumber,
  formatTimeIn,
  ListSkeleton,
  MoneyText,
  PictureInput,
  RemoveButton,
  RowsTable,
  useConsoleLocale,
  useFailureNotice,
  useNow,
  useRead,
  useSend,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import { vendorCreateUploadSession } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Avatar, Button, Chip, IconButton, Stack, Switch, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import {
  createMenuItem,
  listMenuItems,
  type ManagedRestaurant,
  type MenuCategory,
  type MenuItem,
  removeMenuItem,
  setMenuItemSoldOut,
  updateMenuItem,
} from '../../contract.ts'

interface CategoryDishesProps {
  category: MenuCategory
  restaurant: ManagedRestaurant
  soldOutOnly: boolean
}

/** Dishes of one part of the menu. */
export function CategoryDishes({ category, restaurant, soldOutOnly }: CategoryDishesProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<MenuItem | 'new' | null>(null)
  const { data, error, refetch } = useRead(
    listMenuItems,
    { query: { restaurant_id: restaurant.id, category_id: category.id, limit: 100, ...(soldOutOnly ? { sold_out: 'true' } : {}) } },
    { placeholderData: (before) => before },
  )
  const close = () => setEditing(null)
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={3} />
  return (
    <>
      <RowsTable
        title={pickText(category.name, locale)}
        rows={data.items}
        rowKey={(dish) => dish.id}
        empty={t(soldOutOnly ? 'restaurant.nothing_sold_out' : 'restaurant.no_dishes')}
        columns={[
          { label: 'field.dish', cell: (dish) => <DishName dish={dish} /> },
          { label: 'field.price', cell: (dish) => <MoneyText value={dish.price} />, end: true },
          { label: 'field.prep_points', cell: (dish) => formatNumber(dish.prep_points, locale), end: true },
          { label: 'restaurant.today', cell: (dish) => <Sold dish={dish} />, end: true },
          { label: 'restaurant.available', cell: (dish) => <SoldOutSwitch dish={dish} timezone={restaurant.timezone} /> },
        ]}
        buttons={(dish) => (
          <>
            <IconButton size="small" aria-label={`${t('ra.action.edit')} ${pickText(dish.name, locale)}`} onClick={() => setEditing(dish)}>
              <EditIcon />
            </IconButton>
            <RemoveButton endpoint={removeMenuItem} params={{ id: dish.id }} name={pickText(dish.name, locale)} />
          </>
        )}
      />
      <Button startIcon={<AddIcon />} onClick={() => setEditing('new')} sx={{ margin: 1 }}>
        {t('restaurant.add_dish')}
      </Button>
      {editing && (
        <EndpointDialog
          title={editing === 'new' ? t('restaurant.add_dish') : pickText(editing.name, locale)}
          endpoint={editing === 'new' ? createMenuItem : updateMenuItem}
          params={editing === 'new' ? undefined : { id: editing.id }}
          record={editing === 'new' ? { category_id: category.id } : editing}
          fixed={editing === 'new' ? { restaurant_id: restaurant.id } : { version: editing.version }}
          currency={restaurant.currency}
          fields={dishFields}
          references={{
            category_id: { resource: 'menu-categories', filter: { restaurant_id: restaurant.id } },
            mealtime_ids: { resource: 'mealtimes', filter: { restaurant_id: restaurant.id } },
            group_id: { resource: 'modifier-groups', filter: { restaurant_id: restaurant.id } },
          }}
          wide
          onClose={close}
        />
      )}
    </>
  )
}

const dishFields = [
  { source: 'picture_file_id', input: <PictureInput source="picture_file_id" session={vendorCreateUploadSession} /> },
  'name',
  'description',
  'price',
  'category_id',
  'groups',
  { heading: 'restaurant.form_kitchen' },
  'prep_points',
  'daily_limit',
  'max_per_order',
  'mealtime_ids',
  { heading: 'restaurant.form_facts' },
  'allergens',
  'dietary_tags',
  'calories_kcal',
  'tax_class',
  'position',
  'active',
]

function DishName({ dish }: { dish: MenuItem }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center' }}>
      <Avatar variant="rounded" src={dish.picture?.url} alt="" sx={{ width: 40, height: 40, backgroundColor: 'action.hover' }} />
      <span>
        <bdi>{pickText(dish.name, locale)}</bdi>
        {!dish.active && <Chip size="small" label={t('restaurant.off_menu')} sx={{ marginInlineStart: 1 }} />}
      </span>
    </Stack>
  )
}

function Sold({ dish }: { dish: MenuItem }) {
  const locale = useConsoleLocale()
  if (dish.daily_limit === null) return <>–</>
  return <bdi dir="ltr">{`${formatNumber(dish.sold_today ?? 0, locale)} / ${formatNumber(dish.daily_limit, locale)}`}</bdi>
}

/** On the menu or sold out; it comes back by itself at the next business day. */
function SoldOutSwitch({ dish, timezone }: { dish: MenuItem; timezone: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const failed = useFailureNotice()
  const now = useNow(60_000)
  const send = useSend(setMenuItemSoldOut)
  const soldOut = dish.sold_out_until !== null && Date.parse(dish.sold_out_until) > now
  const label = t('restaurant.available_dish', { name: pickText(dish.name, locale) })
  return (
    <Stack direction="row" sx={{ alignItems: 'center', justifyContent: { xs: 'flex-end', sm: 'flex-start' } }}>
      <Switch
        checked={!soldOut}
        disabled={send.isPending}
        onChange={(_, available) => send.mutate({ params: { id: dish.id }, body: { sold_out: !available } }, { onError: failed })}
        slotProps={{ input: { 'aria-label': label } }}
      />
      {soldOut && dish.sold_out_until && (
        <Typography variant="body2" color="warning.main">
          {t('restaurant.sold_out_until', { time: formatTimeIn(dish.sold_out_until, timezone, locale) })}
        </Typography>
      )}
    </Stack>
  )
}
