import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { Resource } from 'react-admin'
import type { Endpoints } from '../api/data-provider.ts'
import type { MenuEntry, MenuGroup } from '../shell/navigation.ts'
import type { Screen } from './screen.ts'

const derived = {
  list: lazy(() => import('./screen-list.tsx').then((module) => ({ default: module.ScreenList }))),
  show: lazy(() => import('./screen-show.tsx').then((module) => ({ default: module.ScreenShow }))),
  create: lazy(() => import('./screen-form.tsx').then((module) => ({ default: module.ScreenCreate }))),
  edit: lazy(() => import('./screen-form.tsx').then((module) => ({ default: module.ScreenEdit }))),
}

const bind = (View: LazyExoticComponent<ComponentType<{ screen: Screen }>>, screen: Screen): ComponentType => {
  const Bound = () => <View screen={screen} />
  return Bound
}

/** The `{list, create, edit, show}` of one screen: its own where it has one, else derived from its endpoints. */
export function resourceViews(screen: Screen) {
  const { list, read, create, update } = screen.endpoints
  return {
    list: screen.list ?? (list ? bind(derived.list, screen) : undefined),
    show: screen.show ?? (read ? bind(derived.show, screen) : undefined),
    create: screen.create ?? (create ? bind(derived.create, screen) : undefined),
    edit: screen.edit ?? (update ? bind(derived.edit, screen) : undefined),
  }
}

export const resourcesOf = (screens: Screen[]) =>
  screens.map((screen) => (
    <Resource key={screen.name} name={screen.name} icon={screen.icon} recordRepresentation={screen.title} {...resourceViews(screen)} />
  ))

export const endpointsOf = (screens: Screen[]): Endpoints => Object.fromEntries(screens.map((screen) => [screen.name, screen.endpoints]))

export const menuEntry = (screen: Screen): MenuEntry => ({
  to: `/${screen.name}`,
  label: `resources.${screen.name}.title`,
  icon: screen.icon,
  resource: screen.name,
  key: screen.menu?.key,
})

/** Menu entries of the screens, in the order of the groups. */
export function menuOf(screens: Screen[], groups: readonly string[], extra: MenuGroup[] = []): MenuGroup[] {
  const derivedGroups = groups.map((group) => ({
    label: `menu.${group}`,
    entries: screens.filter((screen) => screen.menu?.group === group).map(menuEntry),
  }))
  return [...extra, ...derivedGroups.filter((group) => group.entries.length > 0)]
}
