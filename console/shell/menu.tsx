import { Box, List, Typography } from '@mui/material'
import { MenuItemLink, useCanAccess, useSidebarState, useTranslate } from 'react-admin'
import { type MenuEntry, useMenu } from './navigation.ts'

/** The menu, by domain; what a role may not list is not there. */
export function ConsoleMenu() {
  const { groups } = useMenu()
  const [open] = useSidebarState()
  const t = useTranslate()
  return (
    <Box component="nav" aria-label={t('shell.menu')} sx={{ paddingBlock: 1 }}>
      {groups.map((group) => (
        <List key={group.label ?? 'main'} disablePadding sx={{ marginBlockEnd: 1 }}>
          {group.label && open && (
            <Typography
              component="li"
              variant="caption"
              color="text.secondary"
              sx={{ display: 'block', paddingInline: 3, paddingBlock: 0.5, fontWeight: 600 }}
            >
              {t(group.label)}
            </Typography>
          )}
          {group.entries.map((entry) =>
            entry.resource ? (
              <GuardedEntry key={entry.to} entry={entry} resource={entry.resource} />
            ) : (
              <Entry key={entry.to} entry={entry} />
            ),
          )}
        </List>
      ))}
    </Box>
  )
}

function GuardedEntry({ entry, resource }: { entry: MenuEntry; resource: string }) {
  const { canAccess } = useCanAccess({ resource, action: 'list' })
  return canAccess ? <Entry entry={entry} /> : null
}

function Entry({ entry }: { entry: MenuEntry }) {
  const t = useTranslate()
  const Icon = entry.icon
  return (
    <li>
      <MenuItemLink to={entry.to} primaryText={t(entry.label)} leftIcon={<Icon />} />
    </li>
  )
}
