import { ListSubheader } from '@mui/material'
import { Menu, MenuItemLink, useCanAccessResources, useSidebarState, useTranslate } from 'react-admin'
import { type MenuEntry, useMenu } from './navigation.ts'

/** The menu, by domain; what a role may not list is not there. */
export function ConsoleMenu() {
  const { groups } = useMenu()
  const [open] = useSidebarState()
  const t = useTranslate()
  const resources = groups.flatMap((group) => group.entries.flatMap((entry) => entry.resource ?? []))
  const { canAccess } = useCanAccessResources({ action: 'list', resources })
  const allowed = groups
    .map((group) => ({ ...group, entries: group.entries.filter((entry) => !entry.resource || canAccess?.[entry.resource]) }))
    .filter((group) => group.entries.length > 0)
  return (
    <Menu>
      {allowed.flatMap((group, index) => [
        group.label && open ? (
          <ListSubheader
            key={`heading-${group.label}`}
            disableSticky
            role="presentation"
            sx={{ backgroundColor: 'transparent', lineHeight: '28px', paddingInline: 3, marginBlockStart: 1, fontSize: '0.75rem' }}
          >
            {t(group.label)}
            {group.note && ` · ${t(group.note)}`}
          </ListSubheader>
        ) : (
          <ListSubheader
            key={`gap-${group.entries[0]?.to}`}
            role="presentation"
            disableSticky
            sx={{ height: index === 0 ? 0 : 8, lineHeight: '8px', backgroundColor: 'transparent' }}
          />
        ),
        ...group.entries.map((entry) => <Entry key={entry.to} entry={entry} />),
      ])}
    </Menu>
  )
}

function Entry({ entry }: { entry: MenuEntry }) {
  const t = useTranslate()
  const Icon = entry.icon
  return <MenuItemLink to={entry.to} primaryText={t(entry.label)} leftIcon={<Icon />} />
}
