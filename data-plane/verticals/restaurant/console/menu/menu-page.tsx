import { EmptyState, EndpointDialog, FailureState, ListSkeleton, Panel, RemoveButton, useConsoleLocale, useRead } from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Box, Button, FormControlLabel, IconButton, Stack, Switch } from '@mui/material'
import { type ReactNode, useState } from 'react'
import { Link, Title, useTranslate } from 'react-admin'
import {
  createMenuCategory,
  listMenuCategories,
  type ManagedRestaurant,
  type MenuCategory,
  removeMenuCategory,
  updateMenuCategory,
} from '../../contract.ts'
import { OfRestaurant } from '../chosen-restaurant.tsx'
import { CategoryDishes } from './category-dishes.tsx'

/** The menu as it is cooked from: parts with their dishes, each with a switch for "sold out today". */
export function MenuPage() {
  return (
    <>
      <Title title="resources.restaurant-menu.title" />
      <OfRestaurant>{(restaurant, picker) => <Menu key={restaurant.id} restaurant={restaurant} picker={picker} />}</OfRestaurant>
    </>
  )
}

function Menu({ restaurant, picker }: { restaurant: ManagedRestaurant; picker: ReactNode }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<MenuCategory | 'new' | null>(null)
  const [soldOutOnly, setSoldOutOnly] = useState(false)
  const { data, error, refetch } = useRead(listMenuCategories, { query: { restaurant_id: restaurant.id, limit: 100 } })
  const close = () => setEditing(null)
  return (
    <Box sx={{ paddingBlockStart: 1.5 }}>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center', marginBlockEnd: 1.5 }}>
        {picker}
        <FormControlLabel
          control={<Switch checked={soldOutOnly} onChange={(_, on) => setSoldOutOnly(on)} />}
          label={t('restaurant.only_sold_out')}
        />
        <Box sx={{ flex: 1 }} />
        <Button component={Link} to="/modifier-groups">
          {t('resources.modifier-groups.title')}
        </Button>
        <Button component={Link} to="/mealtimes">
          {t('resources.mealtimes.title')}
        </Button>
        <Button startIcon={<AddIcon />} variant="outlined" onClick={() => setEditing('new')}>
          {t('resources.menu-categories.create')}
        </Button>
      </Stack>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton rows={8} />
      ) : data.total === 0 ? (
        <EmptyState title={t('resources.menu-categories.empty')} text={t('resources.menu-categories.empty_text')} />
      ) : (
        <Stack spacing={2}>
          {data.items.map((category) => (
            <Panel
              key={category.id}
              title={pickText(category.name, locale)}
              dense
              actions={
                <Stack direction="row">
                  <IconButton
                    size="small"
                    aria-label={`${t('ra.action.edit')} ${pickText(category.name, locale)}`}
                    onClick={() => setEditing(category)}
                  >
                    <EditIcon />
                  </IconButton>
                  {category.dish_count === 0 && (
                    <RemoveButton endpoint={removeMenuCategory} params={{ id: category.id }} name={pickText(category.name, locale)} />
                  )}
                </Stack>
              }
            >
              <CategoryDishes category={category} restaurant={restaurant} soldOutOnly={soldOutOnly} />
            </Panel>
          ))}
        </Stack>
      )}
      {editing === 'new' && (
        <EndpointDialog
          title={t('resources.menu-categories.create')}
          endpoint={createMenuCategory}
          record={{ position: (data?.items.at(-1)?.position ?? 0) + 1 }}
          fixed={{ restaurant_id: restaurant.id }}
          onClose={close}
        />
      )}
      {editing && editing !== 'new' && (
        <EndpointDialog
          title={pickText(editing.name, locale)}
          endpoint={updateMenuCategory}
          params={{ id: editing.id }}
          record={editing}
          onClose={close}
        />
      )}
    </Box>
  )
}
