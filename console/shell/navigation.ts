import { type ComponentType, createContext, useContext } from 'react'

export interface MenuEntry {
  /** Path inside the console, e.g. `/tenants`. */
  to: string
  /** i18n key. */
  label: string
  icon: ComponentType
  /** Resource whose `list` right shows the entry; none: everybody who is signed in. */
  resource?: string
  /** Second key of the `g …` shortcut. */
  key?: string
}

export interface MenuGroup {
  /** i18n key of the heading; null: no heading. */
  label: string | null
  /** i18n key of what else is to be said about the group. */
  note?: string
  entries: MenuEntry[]
}

/** The menu, the console's name, and where one's own account is looked after (none: the console has no such page). */
export interface ConsoleMenu {
  groups: MenuGroup[]
  title: string
  account?: string | undefined
}

export const MenuContext = createContext<ConsoleMenu>({ groups: [], title: 'console.title' })
export const useMenu = () => useContext(MenuContext)
