import type { ReactElement } from 'react'
import { CustomRoutes } from 'react-admin'
import { Route } from 'react-router-dom'
import type { MenuGroup } from '../shell/navigation.ts'
import { type ConsolePage, isScreen, type LoadedVertical } from '../shell/verticals.ts'
import { menuEntry, resourcesOf } from './resources.tsx'

/** Resources and pages of the verticals that are there now. */
export function verticalRoutes(loaded: LoadedVertical[]): ReactElement[] {
  return loaded.flatMap(({ code, parts }) => {
    const pages = parts.filter((part): part is ConsolePage => !isScreen(part))
    return [
      ...resourcesOf(parts.filter(isScreen)),
      <CustomRoutes key={`${code}-pages`}>{pages.filter((page) => !page.bare).map(pageRoute)}</CustomRoutes>,
      <CustomRoutes key={`${code}-bare`} noLayout>
        {pages.filter((page) => page.bare).map(pageRoute)}
      </CustomRoutes>,
    ]
  })
}

function pageRoute(page: ConsolePage): ReactElement {
  const View = page.view
  return <Route key={page.to} path={`${page.to}${page.below ?? ''}`} element={<View />} />
}

/** One group of the menu for each vertical, under its own name. */
export function verticalGroups(loaded: LoadedVertical[]): MenuGroup[] {
  return loaded.map(({ code, on, parts }) => ({
    label: `vertical.${code}`,
    note: on ? undefined : 'shell.switched_off',
    entries: parts
      .filter((part) => !(isScreen(part) ? part.menu?.hidden : part.hidden))
      .map((part) =>
        isScreen(part) ? menuEntry(part) : { to: part.to, label: part.label, icon: part.icon, resource: part.resource, key: part.key },
      ),
  }))
}
